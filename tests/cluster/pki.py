"""Certificate authorities and certificates for the tests, made by the openssl program."""

import pathlib
import subprocess
from typing import NamedTuple


class Pair(NamedTuple):
    certificate: pathlib.Path
    key: pathlib.Path


def _openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, text=True, capture_output=True)
    assert done.returncode == 0, f"openssl {arguments[0]}: {done.stderr}"


def key(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
    return path


class Authority:
    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.key = key(self.folder / "ca.key")
        self.certificate = self.folder / "ca.crt"
        _openssl("req", "-x509", "-new", "-key", self.key, "-sha256", "-days", 30, "-subj", f"/CN={name}",
                 "-out", self.certificate, "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def leaf(self, name, alternative_names, usage="serverAuth", days=30):
        """With `days` 0 it has expired when it is made."""
        pair = Pair(self.folder / f"{name}.crt", key(self.folder / f"{name}.key"))
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(alternative_names)}\nextendedKeyUsage={usage}\n")
        _openssl("req", "-new", "-key", pair.key, "-subj", f"/CN={name}", "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                 "-sha256", "-days", days, "-extfile", extensions, "-out", pair.certificate)
        return pair
