"""The applications of the recorded chain."""

# Every kind of state, inner transactions, and what simulations change.
APPROVAL = """#pragma version 11
txn ApplicationID
bz ok
txn OnCompletion
int OptIn
==
bnz ok
txn OnCompletion
int UpdateApplication
>=
bnz ok
txna ApplicationArgs 0
byte "global"
==
bnz global
txna ApplicationArgs 0
byte "local"
==
bnz local
txna ApplicationArgs 0
byte "box"
==
bnz box
txna ApplicationArgs 0
byte "unbox"
==
bnz unbox
txna ApplicationArgs 0
byte "inner"
==
bnz inner
txna ApplicationArgs 0
byte "scratch"
==
bnz scratch
txna ApplicationArgs 0
byte "balance"
==
bnz balance
txna ApplicationArgs 0
byte "burn"
==
bnz burn
txna ApplicationArgs 0
byte "spam"
==
bnz spam
txna ApplicationArgs 0
byte "fail"
==
bnz fail
err
ok:
int 1
return
global:
byte "g"
txna ApplicationArgs 1
app_global_put
byte "n"
byte "n"
app_global_get
int 1
+
app_global_put
byte "logged"
log
int 1
return
local:
txn Sender
byte "l"
txna ApplicationArgs 1
app_local_put
int 0
byte "l"
app_local_get
log
int 1
return
box:
byte "b"
int 64
box_create
pop
byte "b"
int 1
byte "xyz"
box_replace
byte "b"
box_len
assert
itob
log
int 1
return
unbox:
byte "b"
box_del
assert
int 1
return
inner:
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
int 5
itxn_field Amount
int 0
itxn_field Fee
itxn_next
int acfg
itxn_field TypeEnum
int 7
itxn_field ConfigAssetTotal
int 0
itxn_field Fee
itxn_submit
itxn CreatedAssetID
itob
log
int 1
return
scratch:
int 3
store 5
int 6
byte "six"
stores
int 9
int 8
int 7
cover 2
uncover 1
bury 1
dup2
popn 2
callsub sub
swap
dupn 2
popn 3
pop
int 1
return
sub:
proto 1 2
frame_dig -1
int 4
frame_bury -1
frame_dig -1
int 2
retsub
balance:
txna ApplicationArgs 1
balance
itob
log
txna ApplicationArgs 2
btoi
asset_params_get AssetTotal
pop
itob
log
txna ApplicationArgs 1
txna ApplicationArgs 2
btoi
asset_holding_get AssetBalance
pop
pop
int 1
return
burn:
int 0
loop:
int 1
+
dup
int 200
<
bnz loop
return
spam:
int 0
again:
int 100
bzero
log
int 1
+
dup
int 40
<
bnz again
return
fail:
byte "before"
log
byte "g"
byte "lost"
app_global_put
int 0
assert
int 1
"""
CLEAR = """#pragma version 11
byte "clearing"
log
txn NumAppArgs
int 1
==
bz leave
int 0
byte "g"
int 9
app_global_put
err
leave:
int 1
"""
# Calls the other, whose number replaces CALLED, and keeps large boxes.
SECOND = """#pragma version 11
txn ApplicationID
bz ok
txna ApplicationArgs 0
byte "call"
==
bnz call
txna ApplicationArgs 0
byte "boxes"
==
bnz boxes
txna ApplicationArgs 0
byte "shrink"
==
bnz shrink
txna ApplicationArgs 0
byte "choose"
==
bnz choose
err
ok:
int 1
return
call:
itxn_begin
int pay
itxn_field TypeEnum
int 0
itxn_field Fee
itxn_next
int appl
itxn_field TypeEnum
int CALLED
itxn_field ApplicationID
txna ApplicationArgs 1
itxn_field ApplicationArgs
byte "value"
itxn_field ApplicationArgs
int 0
itxn_field Fee
itxn_submit
itxn_begin
int appl
itxn_field TypeEnum
int CALLED
itxn_field ApplicationID
txna ApplicationArgs 2
itxn_field ApplicationArgs
byte "more"
itxn_field ApplicationArgs
int 0
itxn_field Fee
itxn_submit
int 1
return
boxes:
byte "one"
int 5000
box_create
pop
byte "two"
int 3000
box_create
pop
byte "one"
int 4990
int 5
byte "abcdefg"
box_splice
byte "two"
int 3100
box_resize
int 1
return
shrink:
byte "kept"
int 10
int 20
box_extract
pop
byte "kept"
box_len
pop
itob
log
int 1
return
choose:
int 1
switch zero one
err
zero:
err
one:
byte "b"
byte "a"
byte "b"
byte "b"
match zero two
err
two:
int 1
int 2
int 3
cover 1
pop
pop
return
"""
# Of a version that knew neither.
OLD = """#pragma version 8
txn ApplicationID
bz ok
txna ApplicationArgs 1
balance
pop
txna ApplicationArgs 2
btoi
asset_params_get AssetTotal
pop
pop
byte "x"
box_get
pop
pop
ok:
int 1
"""
