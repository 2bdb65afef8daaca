"""Records a story of a development network of the reference: its blocks, byte for byte, and what it answers to groups it refuses.

Writes tests/vectors/ledger/story.json, which the ledger's tests replay: blocks and refusals must be the same. Without --theirs
the network is started here.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given

Exit code: 0 if the file is written, 1 if the network answers otherwise than the story says, 2 if the command cannot be run
"""
import base64, datetime

from judge.addresses import app_address, sha512_256
from judge.networks import reference_options, theirs_of
from judge.paths import CONSENSUS, REFERENCE, VECTORS
from judge.record.network import Key, Network, pack, signed
from judge.record.writing import to_option, write


def options(parser):
    reference_options(parser)
    to_option(parser, VECTORS / "ledger" / "story.json")


def story(net):
    rich, a, b, c = net.rich, Key(b"a" * 32), Key(b"b" * 32), Key(b"c" * 32)
    pay = lambda key, to, amount, **more: net.txn("pay", key, rcv=to, amt=amount, **more)
    for key in (a, b):
        net.send(signed(rich, pay(rich, key.address, 100_000_000)))
    # Money
    net.send(signed(a, pay(a, b.address, 1_000_000, gen=net.genesis_id)))
    net.refuse(signed(a, pay(a, b.address, 500_000_000)))
    net.refuse(signed(a, pay(a, c.address, 50_000)))
    net.refuse(signed(a, pay(a, b.address, 1, fee=999)))
    net.refuse(signed(a, pay(a, b.address, 1, fv=net.last + 50)))
    net.refuse(signed(a, pay(a, b.address, 1, gh=b"x" * 32)))
    net.refuse(signed(a, pay(a, b.address, 1, gen="other-v1")))
    net.refuse(signed(a, pay(a, b.address, 1, lv=net.last + 2000)))
    net.refuse(signed(a, pay(a, b.address, 1, close=a.address)))
    again = signed(a, pay(a, b.address, 7))
    net.send(again)
    net.refuse(again)
    net.send(signed(a, pay(a, b.address, 0, lx=b"l" * 32)))
    net.refuse(signed(a, pay(a, b.address, 1, lx=b"l" * 32)))
    net.send(signed(a, pay(a, b.address, 0, note=b"n" * 3000, fee=10_000)))
    net.refuse(signed(a, pay(a, b.address, 0, note=b"n" * 3000, fee=1_000)))
    # Signatures
    net.refuse(pack({"txn": pay(a, b.address, 1)}))
    net.refuse(pack({"txn": pay(a, b.address, 1), "sig": b"s" * 64}))
    net.send(signed(a, pay(a, b.address, 0, rekey=b.address)))
    net.refuse(signed(a, pay(a, b.address, 1)))
    net.send(signed(b, pay(a, b.address, 0, rekey=a.address)))
    keys = [a, b, c]
    account = sha512_256(b"MultisigAddr" + bytes([1, 2]) + b"".join(key.address for key in keys))
    multi = type("Multi", (), {"address": account})
    net.send(signed(rich, pay(rich, account, 1_000_000)))
    def multisig(transaction, signers, threshold=2):
        message = b"TX" + pack(transaction)
        subsigs = [{"pk": key.address, **({"s": key.sign(message)} if key in signers else {})} for key in keys]
        return pack({"txn": transaction, "msig": {"v": 1, "thr": threshold, "subsig": subsigs}})
    net.send(multisig(pay(multi, a.address, 5), [a, c]))
    net.refuse(multisig(pay(multi, a.address, 6), [a]))
    net.refuse(multisig(pay(multi, a.address, 6), [a, c], 1))
    allow = net.compile("txn Amount\nint 10\n<")
    contract = type("Contract", (), {"address": sha512_256(b"Program" + allow)})
    net.send(signed(rich, pay(rich, contract.address, 1_000_000)))
    net.send(pack({"txn": pay(contract, a.address, 9), "lsig": {"l": allow}}))
    net.refuse(pack({"txn": pay(contract, a.address, 10), "lsig": {"l": allow}}))
    net.refuse(pack({"txn": pay(contract, a.address, 1), "lsig": {"l": net.compile("err")}}))
    net.send(pack({"txn": pay(a, b.address, 3), "lsig": {"l": allow, "sig": a.sign(b"Program" + allow)}}))
    net.refuse(pack({"txn": pay(a, b.address, 4), "lsig": {"l": allow, "sig": b.sign(b"Program" + allow)}}))
    # Groups
    pair = net.group(pay(a, b.address, 1, fee=2000), pay(b, a.address, 2, fee=0))
    net.send(signed(a, pair[0]), signed(b, pair[1]))
    pair = net.group(pay(a, b.address, 1, fee=1999), pay(b, a.address, 2, fee=0))
    net.refuse(signed(a, pair[0]), signed(b, pair[1]))
    pair = net.group(pay(a, b.address, 1), pay(b, a.address, 2))
    net.refuse(signed(b, pair[1]), signed(a, pair[0]))
    net.refuse(signed(a, pair[0]))
    net.refuse(signed(a, pay(a, b.address, 1)), signed(b, pay(b, a.address, 2)))
    # Assets
    params = {"t": 1000, "dc": 2, "un": "PLY", "an": "Play", "au": "https://example.org", "am": b"m" * 32,
              "m": a.address, "r": a.address, "f": a.address, "c": a.address}
    asset = net.send(signed(a, net.txn("acfg", a, apar=params)))["asset-index"]
    move = lambda key, to, amount, **more: net.txn("axfer", key, xaid=asset, arcv=to, aamt=amount, **more)
    net.refuse(signed(a, move(a, b.address, 5)))
    net.send(signed(b, move(b, b.address, 0)))
    net.send(signed(a, move(a, b.address, 100)))
    net.refuse(signed(b, move(b, a.address, 101)))
    net.refuse(signed(c, move(c, a.address, 1)))
    net.send(signed(a, net.txn("afrz", a, fadd=b.address, faid=asset, afrz=True)))
    net.refuse(signed(b, move(b, a.address, 1)))
    net.refuse(signed(b, net.txn("afrz", b, fadd=b.address, faid=asset)))
    net.send(signed(a, move(a, a.address, 40, asnd=b.address)))
    net.refuse(signed(b, move(b, b.address, 1, asnd=a.address)))
    net.refuse(signed(a, net.txn("acfg", a, caid=asset)))
    net.refuse(signed(b, pay(b, a.address, 0, close=a.address)))
    net.send(signed(b, move(b, a.address, 0, aclose=a.address)))
    net.refuse(signed(a, move(a, b.address, 0, aclose=b.address)))
    net.send(signed(a, net.txn("acfg", a, caid=asset, apar={"m": b.address})))
    net.refuse(signed(a, net.txn("acfg", a, caid=asset)))
    net.send(signed(b, net.txn("acfg", b, caid=asset)))
    # Applications
    clear = net.compile("int 1")
    approval = net.compile("""
        txn ApplicationID; bz done
        txn OnCompletion; int OptIn; ==; bnz join
        txn NumAppArgs; bz done
        txna ApplicationArgs 0; byte "global"; ==; bnz global
        txna ApplicationArgs 0; byte "local"; ==; bnz local
        txna ApplicationArgs 0; byte "box"; ==; bnz box
        txna ApplicationArgs 0; byte "inner"; ==; bnz inner
        txna ApplicationArgs 0; byte "make"; ==; bnz make
        txna ApplicationArgs 0; byte "assert"; ==; !; assert
        err
      join: txn Sender; byte "name"; byte "joined"; app_local_put; b done
      global:
        byte "count"; dup; app_global_get; int 1; +; app_global_put
        byte "text"; txna ApplicationArgs 1; app_global_put
        byte "gone"; int 1; app_global_put; byte "gone"; app_global_del
        b done
      local: txn Accounts 1; byte "name"; txna ApplicationArgs 1; app_local_put
        txn Sender; byte "name"; app_local_del; b done
      box: byte "b"; int 100; box_create; pop; byte "b"; int 3; byte "xyz"; box_replace; b done
      inner:
        itxn_begin; int pay; itxn_field TypeEnum; int 777; itxn_field Amount; txn Sender; itxn_field Receiver
        itxn_next; int acfg; itxn_field TypeEnum; int 9; itxn_field ConfigAssetTotal; itxn_submit
        itxn CreatedAssetID; itob; log; byte "told"; log; b done
      make:
        itxn_begin; int appl; itxn_field TypeEnum; int 0; itxn_field Fee
        byte 0x0b8101; dup; itxn_field ApprovalProgram; itxn_field ClearStateProgram; itxn_submit
        itxn CreatedApplicationID; itob; log
      done: int 1
    """.replace(";", "\n"))
    create = {"apap": approval, "apsu": clear, "apgs": {"nui": 2, "nbs": 2}, "apls": {"nbs": 1}}
    net.refuse(signed(a, net.txn("appl", a, **{**create, "apsu": b"\x0a\x81\x01"})))
    net.refuse(signed(a, net.txn("appl", a, **{**create, "apap": b"\x0b\xff"})))
    app = net.send(signed(a, net.txn("appl", a, **create)))["application-index"]
    call = lambda key, *args, **more: net.txn("appl", key, apid=more.pop("apid", app), apaa=list(args), **more)
    net.send(signed(rich, pay(rich, app_address(app), 2_000_000)))
    net.send(signed(a, call(a, b"global", b"one")))
    net.send(signed(a, call(a, b"global", b"one")))
    net.refuse(signed(a, call(a, b"nothing")))
    net.refuse(signed(a, call(a, b"assert")))
    net.refuse(signed(a, call(a, b"global", b"v" * 200)))
    net.refuse(signed(a, call(a, b"local", b"x", apat=[b.address])))
    net.send(signed(a, call(a, apan=1)))
    net.send(signed(b, call(b, apan=1)))
    net.refuse(signed(b, call(b, apan=1)))
    net.send(signed(a, call(a, b"local", b"from a", apat=[b.address])))
    net.refuse(signed(a, call(a, b"box")))
    net.send(signed(a, call(a, b"box", apbx=[{"n": b"b"}])))
    net.send(signed(a, call(a, b"inner", fee=3000)))
    net.send(signed(a, call(a, b"inner")))
    net.refuse(signed(a, call(a, b"make")))
    net.send(signed(a, call(a, b"make", fee=2000)))
    net.send(signed(a, call(a, b"inner", fee=9000)))
    pair = net.group(call(a, b"global", b"in a group"), call(b, b"inner", fee=5000))
    net.send(signed(a, pair[0]), signed(b, pair[1]))
    pair = net.group(pay(a, b.address, 1), call(b, b"nothing"))
    net.refuse(signed(a, pair[0]), signed(b, pair[1]))
    net.refuse(signed(a, call(a, b"global", b"x", aprv=1, apid=0, **create)))
    net.send(signed(a, call(a, aprv=1)))
    net.send(signed(a, call(a, apan=4, apap=approval, apsu=clear)))
    net.refuse(signed(a, call(a, aprv=1)))
    net.send(signed(b, call(b, apan=4, apap=approval, apsu=clear, apgs={"nui": 4, "nbs": 4}, apep=2)))
    net.refuse(signed(a, call(a, apan=4, apap=approval, apsu=clear, apgs={"nui": 1})))
    net.send(signed(a, call(a, apan=4, apap=approval, apsu=clear, apgs={"nui": 2, "nbs": 2})))
    net.refuse(signed(c, call(c, apan=2)))
    net.send(signed(b, call(b, apan=2)))
    net.refuse(signed(b, call(b, apan=2)))
    breaking = net.compile('byte "told"; log; err'.replace(";", "\n"))
    other = net.send(signed(b, net.txn("appl", b, apap=b"\x0b\x81\x01", apsu=breaking, apls={"nui": 1})))["application-index"]
    net.send(signed(b, net.txn("appl", b, apid=other, apan=1)))
    net.refuse(signed(b, pay(b, a.address, 0, close=a.address)))
    net.send(signed(b, net.txn("appl", b, apid=other, apan=5)))
    net.send(signed(b, net.txn("appl", b, apid=other, apan=3)))
    net.refuse(signed(b, net.txn("appl", b, apid=other)))
    net.refuse(signed(b, net.txn("appl", b, apid=other, apan=3)))
    third = net.send(signed(b, net.txn("appl", b, apap=b"\x0b\x81\x01", apsu=breaking, apls={"nui": 1})))["application-index"]
    net.send(signed(b, net.txn("appl", b, apid=third, apan=1)))
    net.send(signed(b, net.txn("appl", b, apid=third, apan=3)))
    net.send(signed(b, net.txn("appl", b, apid=third, apan=5)))
    net.refuse(signed(a, net.txn("appl", a, apid=app, al=[{"d": b.address, "s": 5}])))
    net.send(signed(a, call(a, b"box", al=[{"b": {"n": b"b"}}])))
    net.send(signed(a, call(a, apan=5)))
    # Participation
    net.refuse(signed(a, net.txn("keyreg", a, votekey=b"v" * 32)))
    online = {"votekey": b"v" * 32, "selkey": b"s" * 32, "sprfkey": b"p" * 64, "votefst": 1, "votelst": net.last + 3, "votekd": 10}
    net.send(signed(a, net.txn("keyreg", a, fee=2_000_000, **online)))
    for _ in range(4):
        net.send(signed(a, pay(a, b.address, 1)))
    net.refuse(signed(a, net.txn("keyreg", a, **online)))
    net.send(signed(a, net.txn("keyreg", a)))
    net.send(signed(b, net.txn("keyreg", b, nonpart=True)))
    net.refuse(signed(b, net.txn("keyreg", b)))
    net.send(signed(b, pay(b, a.address, 0, close=a.address)))


def edges(net):
    """What a second look finds: closing, unfunded senders, prices of size, shared state, inner calls of all types."""
    rich, a, b, c, d = net.rich, *(Key(seed * 32) for seed in (b"d", b"e", b"f", b"g"))
    pay = lambda key, to, amount, **more: net.txn("pay", key, rcv=to, amt=amount, **more)
    for key in (a, b):
        net.send(signed(rich, pay(rich, key.address, 200_000_000)))
    # Accounts
    pair = net.group(pay(c, c.address, 0, fee=0), pay(a, a.address, 0, fee=2000))
    net.send(signed(c, pair[0]), signed(a, pair[1]))
    pair = net.group(pay(a, c.address, 1, fee=1000), pay(a, d.address, 1, fee=1000))
    net.refuse(signed(a, pair[0]), signed(a, pair[1]))
    pair = net.group(pay(a, c.address, 100_000), pay(c, b.address, 0, fee=0, close=b.address))
    pair[0]["fee"] = 2000
    pair = net.group(*[{key: value for key, value in txn.items() if key != "grp"} for txn in pair])
    net.send(signed(a, pair[0]), signed(c, pair[1]))
    net.send(signed(a, pay(a, b.address, 0, lx=b"m" * 32, lv=net.last + 2)))
    net.refuse(signed(a, pay(a, b.address, 0, lx=b"m" * 32)))
    net.send(signed(a, pay(a, b.address, 0)))
    net.send(signed(a, pay(a, b.address, 0, lx=b"m" * 32)))
    # Prices of size
    allow = net.compile("byte 0x" + "00" * 1500 + "\npop\nint 1")
    contract = type("Contract", (), {"address": sha512_256(b"Program" + allow)})
    net.send(signed(rich, pay(rich, contract.address, 10_000_000)))
    net.refuse(pack({"txn": pay(contract, a.address, 1), "lsig": {"l": allow}}))
    net.send(pack({"txn": pay(contract, a.address, 1, fee=100_000), "lsig": {"l": allow}}))
    net.refuse(pack({"txn": pay(contract, a.address, 1), "lsig": {"l": b"\x0b\x81\x01", "arg": [b"x" * 1001]}}))
    large = net.compile("".join(f"byte 0x{n:02x}" + "00" * 3999 + "\npop\n" for n in range(3)) + "int 1")
    one = b"\x0b\x81\x01"
    net.refuse(signed(a, net.txn("appl", a, apap=large, apsu=one, apep=5)))
    net.refuse(signed(a, net.txn("appl", a, apap=large, apsu=one, apep=5, fee=2_000_000)))
    net.send(signed(a, net.txn("appl", a, apap=large, apsu=one, apep=5, fee=2_000_000, apbx=[{}] * 3)))
    net.refuse(signed(a, net.txn("appl", a, apap=large, apsu=one, apep=4, fee=2_000_000)))
    net.refuse(signed(a, net.txn("appl", a, apap=one, apsu=one, apep=99)))
    # Assets
    asset = net.send(signed(a, net.txn("acfg", a, apar={"t": 10, "df": True, "m": a.address, "f": a.address})))["asset-index"]
    move = lambda key, to, amount, **more: net.txn("axfer", key, xaid=more.pop("xaid", asset), arcv=to, aamt=amount, **more)
    net.refuse(signed(b, move(b, b.address, 0, xaid=999_999)))
    net.send(signed(b, move(b, b"", 0, xaid=999_999)))
    net.refuse(signed(b, move(b, b"", 0, aclose=a.address)))
    net.send(signed(b, move(b, b.address, 0)))
    net.send(signed(b, move(b, b.address, 0)))
    net.refuse(signed(a, move(a, b.address, 1)))
    net.send(signed(a, net.txn("afrz", a, fadd=b.address, faid=asset)))
    net.send(signed(a, move(a, b.address, 3)))
    net.refuse(signed(b, move(b, b"", 0, aclose=b.address)))
    net.refuse(signed(b, move(b, b.address, 0, asnd=a.address)))
    net.refuse(signed(b, move(b, b.address, 0, asnd=a.address, aclose=a.address)))
    net.refuse(signed(b, net.txn("acfg", b, caid=asset, apar={"m": b.address})))
    net.refuse(signed(b, net.txn("acfg", b, caid=999_999)))
    net.refuse(signed(a, net.txn("afrz", a, fadd=c.address, faid=asset)))
    net.refuse(signed(c, move(c, c.address, 0)))
    net.refuse(signed(a, pay(a, b.address, 0, close=b.address)))
    net.refuse(signed(a, pay(a, b.address, 199_900_000)))
    # Applications that call others
    inner = net.compile("""
        txn ApplicationID; bz done
        txn OnCompletion; int ClearState; ==; bnz done
        byte "seen"; dup; app_global_get; int 1; +; app_global_put
        byte "inner"; log
      done: int 1
    """.replace(";", "\n"))
    sulky = net.compile('txn Sender; byte "last"; byte "words"; app_local_put; byte "told"; log; err'.replace(";", "\n"))
    called = net.send(signed(b, net.txn("appl", b, apap=inner, apsu=sulky, apgs={"nui": 1}, apls={"nbs": 1})))["application-index"]
    outer = net.compile("""
        txn ApplicationID; bz done
        txn OnCompletion; int OptIn; ==; bnz done
        txna ApplicationArgs 0; byte "call"; ==; bnz call
        txna ApplicationArgs 0; byte "join"; ==; bnz join
        txna ApplicationArgs 0; byte "clear"; ==; bnz clear
        txna ApplicationArgs 0; byte "share"; ==; bnz share
        txna ApplicationArgs 0; byte "assets"; ==; bnz assets
        txna ApplicationArgs 0; byte "self"; ==; bnz self
        txna ApplicationArgs 0; byte "more"; ==; bnz more
        txna ApplicationArgs 0; byte "rekey"; ==; bnz rekey
        txna ApplicationArgs 0; byte "read"; ==; bnz read
        err
      call: itxn_begin; callsub target; itxn_submit; itxn_begin; callsub target; itxn_next; callsub target; itxn_submit; b done
      target: int appl; itxn_field TypeEnum; txn Applications 1; itxn_field ApplicationID; retsub
      join: itxn_begin; callsub target; int OptIn; itxn_field OnCompletion; itxn_submit; b done
      clear: itxn_begin; callsub target; int ClearState; itxn_field OnCompletion; itxn_submit; b done
      share: txna ApplicationArgs 1; byte "name"; byte "shared"; app_local_put; b done
      assets:
        itxn_begin; int acfg; itxn_field TypeEnum; int 5; itxn_field ConfigAssetTotal; global CurrentApplicationAddress
        dup; itxn_field ConfigAssetManager; dup; itxn_field ConfigAssetFreeze; itxn_field ConfigAssetClawback; itxn_submit
        itxn CreatedAssetID; store 0
        itxn_begin; int afrz; itxn_field TypeEnum; load 0; itxn_field FreezeAsset; int 1; itxn_field FreezeAssetFrozen
        global CurrentApplicationAddress; itxn_field FreezeAssetAccount
        itxn_next; int acfg; itxn_field TypeEnum; load 0; itxn_field ConfigAsset; itxn_submit
        itxn_begin; int keyreg; itxn_field TypeEnum; itxn_submit; b done
      self: itxn_begin; int appl; itxn_field TypeEnum; global CurrentApplicationID; itxn_field ApplicationID; itxn_submit; b done
      more: itxn_begin; int pay; itxn_field TypeEnum; int 900000000; itxn_field Amount; itxn_submit; b done
      rekey: itxn_begin; int pay; itxn_field TypeEnum; txn Sender; itxn_field RekeyTo; itxn_submit; b done
      read: txn Sender; balance; txn Sender; min_balance; >; assert
        txn Sender; acct_params_get AcctTotalAppsCreated; assert; itob; log; txn Sender; voter_params_get VoterBalance; pop; pop
        online_stake; pop
      done: int 1
    """.replace(";", "\n"))
    app = net.send(signed(a, net.txn("appl", a, apap=outer, apsu=one, apls={"nbs": 1})))["application-index"]
    call = lambda key, *args, **more: net.txn("appl", key, apid=app, apaa=list(args), fee=more.pop("fee", 10_000), **more)
    net.send(signed(rich, pay(rich, app_address(app), 3_000_000)))
    net.send(signed(a, call(a, b"call", apfa=[called])))
    net.refuse(signed(a, call(a, b"call")))
    net.send(signed(a, call(a, b"join", apfa=[called])))
    net.refuse(signed(a, call(a, b"join", apfa=[called])))
    net.send(signed(a, call(a, b"clear", apfa=[called])))
    net.refuse(signed(a, call(a, b"clear", apfa=[called])))
    net.send(signed(b, call(b, apan=1)))
    pair = net.group(call(a, b"share", b.address), call(a, b"read", apat=[b.address]))
    net.send(signed(a, pair[0]), signed(a, pair[1]))
    net.refuse(signed(a, call(a, b"share", b.address)))
    net.refuse(signed(a, call(a, b"share", a.address)))
    net.send(signed(a, call(a, b"assets")))
    net.refuse(signed(a, call(a, b"self")))
    net.refuse(signed(a, call(a, b"more")))
    net.send(signed(a, call(a, b"read", al=[{"d": b.address}, {"p": called}, {"h": {"s": 4}}, {"s": asset}])))
    net.refuse(signed(a, call(a, b"read", al=[{"d": b.address}, {"h": {"s": 1}}])))
    net.refuse(signed(a, call(a, b"read", apat=[b.address] * 9)))
    net.refuse(signed(a, call(a, *[b"x"] * 17)))
    net.send(signed(a, call(a, b"rekey")))
    net.refuse(signed(a, call(a, b"assets")))
    old = b"\x0a\x81\x01"
    net.refuse(signed(a, call(a, apan=4, apap=old, apsu=old)))
    net.send(signed(b, call(b, apan=3)))
    # A stranger carries the size until the application goes.
    free = net.send(signed(a, net.txn("appl", a, apap=one, apsu=one)))["application-index"]
    resize = dict(apid=free, apan=4, apap=one, apsu=one)
    net.send(signed(b, net.txn("appl", b, apgs={"nui": 3}, apep=1, **resize)))
    net.refuse(signed(a, net.txn("appl", a, apgs={"nui": 65}, **resize)))
    net.refuse(signed(a, net.txn("appl", a, apls={"nui": 1}, **resize)))
    net.send(signed(a, net.txn("appl", a, apid=free, apan=5)))
    net.refuse(signed(b, net.txn("appl", b, apid=free, apan=1)))


def run(arguments):
    with theirs_of(arguments) as running:
        net = Network(running)
        story(net)
        edges(net)
        blocks = [net.content("GET", f"/v2/blocks/{number}?format=msgpack") for number in range(net.last + 1)]
        write(arguments.to, {
            "source": "scripts/record story against algod in dev mode",
            "version": f"{REFERENCE}, {CONSENSUS}",
            "date": datetime.date.today().isoformat(),
            "genesis": net.content("GET", "/genesis").decode(),
            "blocks": [base64.b64encode(block).decode() for block in blocks],
            "refused": net.refused,
        })
