"""What the DNS says of the domain that mails come from: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Gives the TXT records of a name, none when there are none; raises OSError when no server answers.
Lookup = Callable[[str], list[str]]
SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFinding:
    """One thing that the DNS says or lacks; `advice` is empty when it is as it should be."""

    what: str
    finding: str
    advice: str = ""


def look_at_domain(domain: str, selector: str | None, lookup: Lookup) -> Iterator[DomainFinding]:
    """Look at a sender's domain.

    Args:
        domain: of the From address.
        selector: of the DKIM key that signs; None when none does.
        lookup: asks the DNS.

    Raises:
        OSError: no name server answers.
    """
    yield _spf(domain, lookup(domain))
    if selector is not None:
        name = f"{selector}._domainkey.{domain}"
        yield _dkim(name, lookup(name))
    yield _dmarc(domain, lookup(f"_dmarc.{domain}"))


def _spf(domain: str, texts: list[str]) -> DomainFinding:
    records = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        advice = f'publish a TXT record at {domain} such as "v=spf1 include:<your mail provider> -all"'
        return DomainFinding(what="SPF", finding="none", advice=advice)
    if len(records) > 1:
        return DomainFinding(what="SPF", finding="several records", advice="keep one: with several, none counts")
    if records[0].lower().split()[-1] in {"+all", "all"}:
        return DomainFinding(what="SPF", finding=records[0], advice="end it with -all: now anyone may send as you")
    return DomainFinding(what="SPF", finding=records[0])


def _dkim(name: str, texts: list[str]) -> DomainFinding:
    keys = [tag.strip()[2:].strip() for text in texts for tag in text.split(";") if tag.strip().startswith("p=")]
    if not keys:
        advice = f'publish the public key as TXT record at {name}: "v=DKIM1; k=rsa; p=…"'
        return DomainFinding(what="DKIM", finding="no key", advice=advice)
    if not any(keys):
        return DomainFinding(what="DKIM", finding="the key is revoked", advice=f"publish the present key at {name}")
    return DomainFinding(what="DKIM", finding=f"key at {name}")


def _dmarc(domain: str, texts: list[str]) -> DomainFinding:
    records = [text for text in texts if text.upper().startswith("V=DMARC1")]
    if not records:
        advice = f'publish a TXT record at _dmarc.{domain} such as "v=DMARC1; p=quarantine"'
        return DomainFinding(what="DMARC", finding="none", advice=advice)
    return DomainFinding(what="DMARC", finding=records[0])


def dns_lookup(servers: list[str] | None = None, port: int = 53) -> Lookup:
    """Ask the machine's name servers, or these."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=servers is None)
    except dns.exception.DNSException as error:
        message = f"no name server is configured: {error}"
        raise OSError(message) from error
    if servers is not None:
        resolver.nameservers = list(servers)
        resolver.port = port
    resolver.lifetime = SECONDS

    def lookup(name: str) -> list[str]:
        try:
            answer = resolver.resolve(name, "TXT")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            message = f"the DNS gives no answer for {name}: {error}"
            raise OSError(message) from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    return lookup
