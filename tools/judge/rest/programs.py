"""The application of the story: a branch for everything that answers can show."""

APPROVAL = """#pragma version 11
txn ApplicationID
bz create
txn OnCompletion
int OptIn
==
bnz optin
txn NumAppArgs
bz done
txna ApplicationArgs 0
dup
byte "log"
==
bnz do_log
dup
byte "box"
==
bnz do_box
dup
byte "inner"
==
bnz do_inner
dup
byte "fail"
==
bnz do_fail
dup
byte "state"
==
bnz do_state
dup
byte "div"
==
bnz do_div
dup
byte "loop"
==
bnz do_loop
err
do_log:
byte "hello"
log
byte 0x00ff80
log
b done
do_box:
txna ApplicationArgs 1
txna ApplicationArgs 2
box_put
b done
do_inner:
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
int 1000
itxn_field Amount
itxn_next
int acfg
itxn_field TypeEnum
int 77
itxn_field ConfigAssetTotal
byte "INN"
itxn_field ConfigAssetUnitName
itxn_submit
b done
do_fail:
int 0
assert
do_state:
byte "counter"
int 7
app_global_put
byte 0xff00
byte 0xdeadbeef
app_global_put
txn Sender
byte "seen"
int 1
app_local_put
b done
do_div:
int 1
int 0
/
pop
do_loop:
int 1
pop
b do_loop
optin:
txn Sender
byte "mine"
byte 0x0102
app_local_put
b done
create:
byte "made"
txn Sender
app_global_put
done:
int 1
return
"""
CLEAR = "#pragma version 11\nint 1\n"
