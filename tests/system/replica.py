"""A client of change tracking, for tests."""


class Replica:
    """What one person's program keeps of a table by following delta links."""

    def __init__(self, w, check, name, select='new_title', collection='new_cases', key='new_caseid'):
        self.w, self.check, self.name, self.select, self.collection, self.key = w, check, name, select, collection, key
        self.rows, self.link, self.seen, self.resyncs = {}, None, set(), 0

    def path(self):
        return f'{self.collection}?$select={self.select}' if self.select else self.collection

    def begin(self):
        self.rows = {}
        self.take(self.w.ask(self.name, 'GET', self.path(), None, Prefer='odata.track-changes,odata.maxpagesize=7'))

    def follow(self, url):
        return self.w.it.request('GET', url[len(self.w.it.origin):], None, {'Authorization': f'Bearer {self.w.tokens[self.name]}',
                                                                           'Prefer': 'odata.maxpagesize=7'})

    def take(self, answer):
        while True:
            if answer.status != 200:
                self.check(f'{self.name} gets an answer', False, answer)
                return
            body = answer.json()
            for row in body['value']:
                if row.get('reason') == 'deleted':
                    self.check('nobody is told of a row that they never saw', row['id'] in self.seen, (self.name, self.collection, row['id']))
                    self.rows.pop(row['id'], None)
                else:
                    self.rows[row[self.key]] = row
                    self.seen.add(row[self.key])
            if '@odata.nextLink' not in body:
                break
            answer = self.follow(body['@odata.nextLink'])
        self.link = body['@odata.deltaLink']

    def delta(self):
        answer = self.follow(self.link)
        if answer.status == 410:
            self.resyncs += 1
            return self.begin()
        return self.take(answer)

    def look(self):
        wanted = {r[self.key]: r for r in self.w.ask(self.name, 'GET', self.path()).json()['value']}
        self.seen |= set(wanted)
        return wanted

    def compare(self, when):
        wanted = self.look()
        self.check(f'{when}: {self.name} holds what a list of {self.collection} shows', self.rows == wanted,
              {'missing': [r for i, r in wanted.items() if i not in self.rows],
               'too many': [r for i, r in self.rows.items() if i not in wanted],
               'old': [r for i, r in wanted.items() if i in self.rows and self.rows[i] != r]})
