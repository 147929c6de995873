"""Repairs Debian's python3-potr 1.0.2-5; import it before a key is made.

The package was moved from PyCrypto to pycryptodome by renaming its imports, but pycryptodome has neither
a DSA key that signs a number as it is, nor counter modes that call a Python object for each block. So
key generation, sign, verify and AES-CTR all raise. The protocol itself is untouched here.
"""

import secrets

from Cryptodome.Cipher import AES
from Cryptodome.PublicKey import DSA

import potr.crypt
from potr.compatcrypto import common, pycrypto


@common.registerkeytype  # Takes the place of the broken class.
class DSAKey(pycrypto.DSAKey):
    @classmethod
    def generate(cls):
        key = DSA.generate(1024)
        return cls(numbers(key, "ygpqx"), private=True)

    def getPublicPayload(self):
        return numbers(self.pub, "pqgy")

    def getPrivatePayload(self):
        return numbers(self.priv, "pqgyx")

    def sign(self, data):
        p, q, g, x = numbers(self.priv, "pqgx")
        while True:
            k = 1 + secrets.randbelow(q - 1)
            r = pow(g, k, p) % q
            s = (int.from_bytes(data, "big") + x * r) * pow(k, -1, q) % q
            if r != 0 and s != 0:
                return r.to_bytes(20, "big") + s.to_bytes(20, "big")

    def verify(self, data, sig):
        p, q, g, y = numbers(self.pub, "pqgy")
        r, s = int.from_bytes(sig[:20], "big"), int.from_bytes(sig[20:], "big")
        if not (0 < r < q and 0 < s < q):
            return False
        w = pow(s, -1, q)
        u1, u2 = int.from_bytes(data, "big") * w % q, r * w % q
        return pow(g, u1, p) * pow(y, u2, p) % p % q == r


def numbers(key, names):
    """pycryptodome's own integers do not go into struct.pack."""
    return tuple(int(getattr(key, name)) for name in names)


def aes_ctr(key, counter=0):
    prefix = counter.byteprefix() if isinstance(counter, pycrypto.Counter) else bytes(8)
    return AES.new(key, AES.MODE_CTR, nonce=prefix, initial_value=0)


potr.crypt.AESCTR = aes_ctr
