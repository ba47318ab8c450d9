"""SPF, DKIM and DMARC as a real name server on loopback gives them."""

from __future__ import annotations

import socketserver
import threading

import dns.message
import dns.rcode
import dns.rrset
import pytest

from watchbot.app.mail_domain import dns_lookup, look_at_domain

GOOD = {
    "good.example.": ["v=spf1 include:mail.example -all", "other=1"],
    "watchbot._domainkey.good.example.": ["v=DKIM1; k=rsa; p=" + "A" * 250],
    "_dmarc.good.example.": ["v=DMARC1; p=reject"],
    "loose.example.": ["v=spf1 +all"],
    "twice.example.": ["v=spf1 -all", "v=spf1 mx -all"],
    "watchbot._domainkey.twice.example.": ["v=DKIM1; p="],
}


def quoted(text):
    """As zone files write it: strings of at most 255 bytes, that readers join."""
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


class NameServer(socketserver.BaseRequestHandler):
    def handle(self):
        data, socket = self.request
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name = query.question[0].name
        texts = GOOD.get(name.to_text())
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *map(quoted, texts)))
        socket.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def lookup():
    with socketserver.UDPServer(("127.0.0.1", 0), NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield dns_lookup(["127.0.0.1"], server.server_address[1])
        server.shutdown()


def found(domain, lookup, selector="watchbot"):
    return {one.what: one for one in look_at_domain(domain, selector, lookup)}


def test_a_domain_as_it_should_be(lookup):
    findings = found("good.example", lookup)
    assert set(findings) == {"SPF", "DKIM", "DMARC"}
    assert not any(one.advice for one in findings.values())


def test_what_is_missing_is_said_with_the_record_to_publish(lookup):
    findings = found("absent.example", lookup)
    assert '"v=spf1' in findings["SPF"].advice
    assert "watchbot._domainkey.absent.example" in findings["DKIM"].advice
    assert "_dmarc.absent.example" in findings["DMARC"].advice
    assert "DKIM" not in found("absent.example", lookup, None)


def test_what_is_wrong_is_said(lookup):
    assert "anyone may send" in found("loose.example", lookup)["SPF"].advice
    findings = found("twice.example", lookup)
    assert findings["SPF"].finding == "several records"
    assert findings["DKIM"].finding == "the key is revoked"


def test_no_name_server_is_no_crash():
    with pytest.raises(OSError, match="no answer"):
        dns_lookup(["127.0.0.1"], 1)("x.example")
