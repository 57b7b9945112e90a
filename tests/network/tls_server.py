"""A web server on this machine with a certificate of a private authority, and one that nobody vouches for."""

import datetime
import http.server
import ipaddress
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder, name="127.0.0.1"):
    """PEM files of an authority and of a server that it vouches for: (authority, certificate and key)."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _signed("Test Authority", "Test Authority", ca_key, ca_key, x509.BasicConstraints(True, None))
    subject_alt = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    own = _signed(name, "Test Authority", key, ca_key, subject_alt)
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server.write_bytes(own.public_bytes(serialization.Encoding.PEM) + private)
    return authority, server


def _signed(subject, issuer, key, ca_key, extension):
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    )
    return built.sign(ca_key, hashes.SHA256())


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"resourceType": "Patient", "id": "p1"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class TlsServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), _Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that does not trust us hangs up."""

    def close(self):
        self.shutdown()
        self.server_close()
