"""What the demo's rows must be, worked out from Debian's files a second time and in another way than the program does it."""
import collections
import csv
import json
import re

FILES = [f'/usr/share/ieee-data/{name}.csv' for name in ('oui', 'mam', 'oui36')]
EUROPEAN_UNION = set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split())


def countries():
    with open('/usr/share/iso-codes/json/iso_3166-1.json', encoding='utf-8') as f:
        return {entry['alpha_2'] for entry in json.load(f)['3166-1']}


def country_of(address, known):
    """The last code, after a Dutch postal code's letters and a "not available" have been taken off."""
    address = re.sub(r' +', ' ', address).strip()
    address = re.sub(r'(^| )(?:NL )?NL-\S*\d\S* [A-Z]{2}(?= |$)', r'\1NL', address)
    address = re.sub(r'(^| )NL (?=\S*\d)\S{4,} [A-Z]{2}(?= |$)', r'\1NL', address)
    cut = re.fullmatch(r'(.* ([A-Z]{2})) NA', ' ' + address)
    if cut and cut.group(2) in known:
        address = cut.group(1)
    words = [word for word in address.split() if word in known]
    return words[-1] if words else None


class Registry:
    def __init__(self):
        known = countries()
        self.rows = {}  # assignment -> (name, country)
        self.by_country = collections.Counter()
        for path in FILES:
            with open(path, newline='', encoding='utf-8') as f:
                for row in csv.DictReader(f):
                    country = country_of(row['Organization Address'], known)
                    self.rows[(row['Registry'], row['Assignment'], row['Organization Name'].strip(' \t'))] = country
                    self.by_country[country] += 1
        self.total = sum(self.by_country.values())

    def expected(self, upn):
        """How many rows the account must see; None: it must be refused."""
        name = upn.split('@')[0]
        return {'sales-de': self.by_country['DE'], 'manager-eu': sum(self.by_country[c] for c in EUROPEAN_UNION),
                'auditor': self.total, 'admin': self.total}.get(name)

    def allowed(self, upn, country):
        name = upn.split('@')[0]
        return {'sales-de': country == 'DE', 'manager-eu': country in EUROPEAN_UNION}.get(name, name in ('auditor', 'admin'))
