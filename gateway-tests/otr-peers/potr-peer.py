"""OTR version 2 by python3-potr, for tests: one JSON command a line on stdin; on stdout one JSON event a
line, the last one of each command "done". The words are those of otr-harness.ts.

Usage: potr-peer.py '{"fragmentAbove":0,"tags":false,"key":"FILE"}'

Its key is in FILE, which is made if need be; without one, it ends with the program.
"""

import json
import logging
import pathlib
import sys

import potr_shim  # noqa: F401  Before potr makes a key.
from potr import context, crypt, proto

logging.disable()  # It logs plain texts and keys.


SETUP = json.loads(sys.argv[1])
KEY = SETUP.get("key") and pathlib.Path(SETUP["key"])


class Context(context.Context):
    def getPolicy(self, key):
        return key == "ALLOW_V2" or (key == "SEND_TAG" and SETUP["tags"])

    def inject(self, message, appdata=None):
        tell(ev="wire", text=message.decode())

    def setState(self, state):
        before, self.state = self.state, state
        if state == context.STATE_ENCRYPTED:
            tell(
                ev="stillSecure" if before == state else "secure",
                fingerprint=self.crypto.theirPubkey.cfingerprint(),
                ssid=self.crypto.sessionId.hex(),
            )
        elif before == context.STATE_ENCRYPTED:
            tell(ev="ended")


class Account(context.Account):
    contextclass = Context

    def loadPrivkey(self):
        if not KEY or not KEY.exists():
            return None
        key, _ = crypt.PK.parsePrivateKey(KEY.read_bytes())
        return key

    def savePrivkey(self):
        if KEY:
            KEY.write_bytes(self.getPrivkey().serializePrivateKey())

    def saveTrusts(self):
        pass


def run(peer, op, text="", secret="", question=None, use=0, data=""):
    if op == "receive":
        receive(peer, text.encode())
    elif op == "start":
        send(peer, b"?OTRv2?")  # potr puts its own query in place of this one.
    elif op == "send":
        send(peer, text.encode())
    elif op == "smpStart":
        peer.smpInit(secret.encode(), question and question.encode())
    elif op == "smpAnswer":
        peer.smpGotSecret(secret.encode())
    elif op == "smpAbort":
        peer.smpAbort()
    elif op == "extraKey":
        key = peer.getExtraKey(use.to_bytes(4, "big"), data.encode())
        tell(ev="extraKey", use=use, data=data, key=key.hex())
    elif op == "end":
        peer.disconnect()
    else:
        tell(ev="error", error="potr has no " + op)


def send(peer, text):
    clear = peer.sendMessage(context.FRAGMENT_SEND_ALL, text)
    if clear is not None:  # potr leaves queries and plain text to its caller.
        tell(ev="wire", text=clear.decode())


def receive(peer, message):
    try:
        text, tlvs = peer.receiveMessage(message)
    except (context.NotOTRMessage, context.UnencryptedMessage) as clear:
        text, tlvs = clear.args[0], []
    for tlv in tlvs:
        if isinstance(tlv, proto.SMPTLV):
            tell(ev="smp", step=smp_step(peer, tlv), question=question_of(tlv))
        elif isinstance(tlv, proto.ExtraKeyTLV):  # potr has no callback for it, but it parses it.
            use = int.from_bytes(tlv.appid, "big")
            tell(ev="extraKey", use=use, data=tlv.appdata.decode(), key=peer.getExtraKey().hex())
    if text:
        tell(ev="text", text=text.decode())


def smp_step(peer, tlv):
    if isinstance(tlv, proto.SMPABORTTLV):  # For which potr itself says "cheated".
        return "aborted"
    progress = peer.crypto.smp.prog
    if progress == crypt.SMPPROG_OK:
        return "asked" if isinstance(tlv, (proto.SMP1TLV, proto.SMP1QTLV)) else "working"
    return {
        crypt.SMPPROG_SUCCEEDED: "succeeded",
        crypt.SMPPROG_FAILED: "failed",
        crypt.SMPPROG_CHEATED: "cheated",
    }[progress]


def question_of(tlv):
    return tlv.msg.decode() if isinstance(tlv, proto.SMP1QTLV) else ""


def tell(**event):
    print(json.dumps(event), flush=True)


def main():
    account = Account("potr", "msrp", SETUP["fragmentAbove"])  # 0 for no fragments, as potr has it.
    peer = account.getContext("sotto")
    tell(ev="ready", fingerprint=account.getPrivkey().cfingerprint())
    tell(ev="done")
    for line in sys.stdin:
        try:
            run(peer, **json.loads(line))
        except Exception as error:
            tell(ev="error", error=f"{type(error).__name__}: {error}")
        tell(ev="done")


main()
