#!/usr/bin/env python3
"""Mines real fixes from the histories of repositories: what a person wrote about a fault, and which files mended it.

  python3 benches/mine_fixes.py GIT_DIR... --out FIXES.jsonl [--per-repo 30] [--seed 1]
  python3 benches/mine_fixes.py --selftest

A GIT_DIR is a bare repository, a `.git` folder or a checkout; it is only read. Each line of the output is
{repository, commit, parent, query, changed, mentions_path}, by repository, oldest first. The same repositories and seed
give the same bytes. Only the standard library and git are needed.

Which commits: those of HEAD that are no merges (along first parents where at least half of these are no merges, because
the work of a merge is then squashed into it), whose subject speaks of a fix and not of typos, docs, tests, style, builds
or releases, that change at most 12 files, and that modify 1 to 5 files of product code. Files that are added, renamed or
deleted are no targets; a commit that renames product code is left out. The message must hold 4 meaningful words.

The query is the subject and the first paragraph of the body that adds a word, as written but without trailers, issue
numbers and addresses. Names of changed files stay in it, and `mentions_path` says that there are some.

Which of these: four fifths from the newest 60 %, the rest from before, each spread evenly over time, no two alike.
"""
import argparse, json, os, random, re, subprocess, sys, tempfile

MOST_FILES = 12
MOST_TARGETS = 5
FEWEST_WORDS = 4
RECENT_PART = 0.6
RECENT_SHARE = 0.8
ALIKE = 0.7

CODE = set('''bash c cc clj cljs cpp cs cts cxx dart el erl ex fs go groovy h hh hpp hrl hs hxx inl ipp java jl js jsx kt
lhs lua m mjs ml mli mm mts php pl pm py pyi pyx pxd r rb rs scala sh svelte swift ts tsx vb vim vue zig zsh'''.split())
TEST_WORDS = {'bench', 'benches', 'benchmark', 'benchmarks', 'e2e', 'fixture', 'fixtures', 'mock', 'mocks', 'snapshots',
              'spec', 'specs', 'test', 'testdata', 'tests', 'testsuite',
              'unittest', 'unittests', 'androidtest', 'jmh', 'fuzz', 'fuzzing'}
OTHER_FOLDERS = {'3rdparty', 'build', 'changes', 'ci', 'cmake', 'demo', 'demos', 'deps', 'dist', 'doc', 'docs',
                 'docs_src', 'documentation', 'documentation-website', 'example', 'examples', 'generated',
                 'node_modules', 'packaging', 'playground', 'precompiled', 'sample', 'samples', 'scripts', 'site',
                 'third_party', 'tutorial', 'tutorials', 'vendor', 'vendored', 'website', 'www'}
OTHER_NAMES = re.compile(
    r'^(setup|conftest|noxfile|tasks|fabfile)\.py$|^(build|Package)\.(zig|swift|rs)$|^(gulpfile|gruntfile)\.|'
    r'[.-]config\.[cm]?[jt]s$|^\.|\.min\.js$|_generated\.|\.generated\.|\.pb\.(go|cc|h)$|_pb2\.py$|\.d\.ts$')
TEST_NAMES = re.compile(
    r'^tests?_|_(tests?|testing|bench|benchmark|spec)\.|[.-](test|spec|bench|test-d)\.|_test_\w+\.|'
    r'[a-z0-9](Tests?|TestCase|Spec|Suite|Benchmark|IT)\.(java|kt|scala|php|cs|swift|hs|groovy)$')

FIX = re.compile(
    r'\b(bug ?fix(es)?|hot ?fix|fix(e[sd]|ing)?|bugs?|issues?|regress(ions?|ed)|crash(e[sd]|ing)?|broken|breaks?|'
    r'wrong(ly)?|incorrect(ly)?|leak(s|ed|ing|age)?|panic(s|ked|king)?|deadlocks?|races?|hangs?|segfaults?|overflows?|defects?|'
    r'mistaken(ly)?|faulty|corrupt(s|ed|ion)?|unexpected(ly)?|infinite (loop|recursion))\b', re.I)
NO_FIX = re.compile(
    r'\btypos?\b|misspel|spelling|grammar|wording|\blint(s|er|ers|ing)?\b|'
    r'\b(clippy|hlint|scalafix|eslint|checksrc|rubocop|phpstan|pylint|mypy)\b|'
    r'\b(doc|docs|documentation|docblocks?|docstrings?|doxygen|(java|scala|k|phpdoc)docs?|readme)\b|'
    r'\b(code )?comments?\b|\bcopyright\b|\blicen[cs]e|\bbump|\b(up|down)grade|dependenc|\bdependabot\b|\brenovate\b|'
    r'\b(ci|gha|travis|appveyor|circleci|workflows?|github actions?|gitlab|azure pipelines?|tox|nox|pre-commit)\b|'
    r'\b(clang|code|php|mix|cargo|zig|go|source)[ -]?fmt\b|\brustfmt\b|\bprettier\b|\b(clang|code|source|mix)[ -]format|'
    r'^(re)?format|\bfix(e[sd]|ing)? (code |the )?formatting\.?$|\bstyle ?(ci|fixes)?\b|whitespace|indentation|'
    r'\bchangelog\b|\brelease (notes|v?\d)|^release|\breleas(e|ing)$|\bversion\b|^v?\d+(\.\d+)+|\bmerge|\brevert|'
    r'\b(fix|fixe[sd]|fixing|broken|failing|flaky) ((some|the|a|more|all|failing|flaky|broken|unit|integration|doc) )*'
    r'(tests?|specs?|builds?|compilation|compile|warnings?|benchmarks?|examples?|test cases?|test suite)\b|'
    r'\bflaky\b|\btests?:|^tests?\b|\bwarnings?\b|\bunused\b|\bwip\b|\bcleanup\b|\bclean up\b|\brefactor|\brenam(e|ing)\b|\btranslations?\b', re.I)

TRAILER = re.compile(
    r'^\s*([A-Za-z]+(-[A-Za-z]+)*-(by|to|id|revid|off|authored|url|from|request|on)|closes?d?|fix(es|ed)?|resolve[sd]?|'
    r'refs?|reference|see( also)?|bugs?|issues?|cc|links?|ticket|part of|follow-?up( to)?|fixup|changelog|pr|'
    r'related( to)?|supersedes|thanks( to)?|credits?|author|date)\s*(:|#|https?://|gh-).*$|'
    r'^\s*(closes?d?|fix(es|ed)?|resolve[sd]?|refs?|see|assisted|reported|suggested|found|approved|reviewed) '
    r'(by|in|#|https?://|gh-).*$|'
    r'^\s*\(cherry picked from .*\)\s*$|^\s*git-svn-id:.*$|^\s*[-=*_]{3,}\s*$|^\s*#+ .*$', re.I)
NUMBER = r'(?:[\w.-]+/[\w.-]+)?#\d+|\bgh-\d+'
CUTS = [(re.compile(pattern, flags), to) for pattern, flags, to in [
    (r'<!--.*?-->', re.S, ' '),
    (r'<?https?://[^\s)>\]]*[\w/]>?', re.I, ' '),
    (r'(?:\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|see(?: also)?|refs?|issues?|bugs?|pr|ticket|pull request|'
     r'follow-?up(?: to| of)?)[ :]+)?(?:\b(?:issues?|bugs?|pr|ticket) )?(?:' + NUMBER + r')\b', re.I, ' '),
    (r'^\[?[A-Z]{3,}-\d{2,}\]?[ :]*', re.M, ''),
    (r'\b[A-Z]{4,}-\d{2,}\b', 0, ' '),
    (r'[(\[][\s,;:./&]*(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|see|refs?|and|issue|bug|pr)?[\s,;:./&]*[)\]]', re.I, ' '),
    (r'[ \t]+', 0, ' '),
    (r' +([,.;:)])', 0, r'\1'),
    (r'^[\s,;:.-]+|[\s,;:-]+$', 0, '')]]
EMPTY_WORDS = set('''a about after all also an and any are as at be been being before bug bugfix but by can could did do
does error fix fixed fixes fixing for from get had has have how if in into is issue issues it its make makes no not now of on or
our out over problem should so some that the their them then there these they this to up use used uses using was we were
what when where which while will with wrong would you'''.split())


def git(folder, *arguments, text=None):
    environment = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM='1', LC_ALL='C')
    command = ['git', '--git-dir', folder, '-c', 'core.hooksPath=' + os.devnull, *arguments]
    done = subprocess.run(command, input=text, capture_output=True, env=environment)
    if done.returncode:
        sys.exit('git %s in %s: %s' % (arguments[0], folder, done.stderr.decode(errors='replace').strip()))
    return done.stdout.decode('utf-8', 'replace')


def git_dir_of(folder):
    inner = os.path.join(folder, '.git')
    return inner if os.path.isdir(inner) else folder


def name_of(folder):
    """The folder's name; that of the folder above where the name says nothing."""
    path = os.path.abspath(folder)
    while os.path.basename(path) in ('repo', '.git', 'git'):
        path = os.path.dirname(path)
    name = os.path.basename(path)
    return name[:-len('.git')] if name.endswith('.git') else name


def history(folder):
    """(commit, parent, time, message) of every commit that is no merge."""
    counts = [git(folder, 'rev-list', '--count', '--first-parent', *more, 'HEAD') for more in ([], ['--no-merges'])]
    total, plain = map(int, counts)
    along = ['--first-parent'] if 2 * plain >= total else []
    for entry in git(folder, 'log', *along, '--no-merges', '--format=%H%x00%P%x00%ct%x00%B%x1e', 'HEAD').split('\x1e'):
        fields = entry.strip('\n').split('\0')
        if len(fields) == 4 and fields[1]:
            yield fields[0], fields[1], int(fields[2]), fields[3]


def is_product_code(path, mode):
    folders, name = path.split('/')[:-1], path.split('/')[-1]
    words = {word for folder in folders for word in re.split(r'[-_.]', folder.lower())}
    if words & TEST_WORDS or {folder.lower() for folder in folders} & OTHER_FOLDERS:
        return False
    if any(folder.startswith('.') for folder in folders):
        return False
    if OTHER_NAMES.search(name) or TEST_NAMES.search(name) or 'priv/static/' in path:
        return False
    if '.' not in name:
        return mode == '100755'
    return name.rsplit('.', 1)[1].lower() in CODE


def speaks_of_a_fix(message):
    subject = message.strip().split('\n', 1)[0]
    return bool(FIX.search(subject)) and not NO_FIX.search(subject)


def cleaned(text):
    text = '\n'.join(line for line in text.split('\n') if not TRAILER.match(line))
    for pattern, to in CUTS:
        text = pattern.sub(to, text)
    return '\n'.join(line.strip() for line in text.split('\n')).strip()


def query_of(message):
    # A comment may hold blank lines, so it goes before the paragraphs are told apart.
    message = CUTS[0][0].sub(' ', message.replace('\r', '')).strip()
    subject, _, body = message.partition('\n')
    for pattern, to in CUTS:
        subject = pattern.sub(to, subject)
    paragraphs = (cleaned(paragraph) for paragraph in re.split(r'\n\s*\n', body))
    said = set(re.findall(r'\w+', subject.lower()))
    first = next((paragraph for paragraph in paragraphs if set(re.findall(r'\w+', paragraph.lower())) - said), '')
    return '\n\n'.join(part for part in (subject.strip(), first) if part)


def meaningful_words(query):
    return {word for word in re.findall(r'[^\W\d_]{3,}', query.lower())} - EMPTY_WORDS


def changes(folder, commits):
    """For each commit its changed files as (status, mode before, path)."""
    if not commits:
        return {}
    asked = ''.join(commit + '\n' for commit in commits).encode()
    raw = git(folder, 'diff-tree', '--stdin', '--raw', '-r', '-M', '-z', '--no-abbrev', text=asked)
    found, current, fields = {}, None, iter(raw.split('\0'))
    for field in fields:
        field = field.lstrip('\n')
        if field.startswith(':'):
            mode, _, _, _, status = field[1:].split(' ')
            path = next(fields)
            if status[0] in 'RC':
                next(fields)
            current.append((status[0], mode, path))
        elif field:
            current = found.setdefault(field, [])
    return found


def targets(changed):
    """The files of product code that a commit modifies; none when the commit is not wanted."""
    code = [(status, path) for status, mode, path in changed if is_product_code(path, mode)]
    if len(changed) > MOST_FILES or any(status in 'RC' for status, _ in code):
        return []
    found = sorted(path for status, path in code if status == 'M')
    return found if len(found) <= MOST_TARGETS else []


def candidates(folder, repository):
    spoken = [row for row in history(folder) if speaks_of_a_fix(row[3])]
    changed = changes(folder, [commit for commit, _, _, _ in spoken])
    found = []
    for commit, parent, time, message in spoken:
        query, paths = query_of(message), targets(changed.get(commit, []))
        if paths and len(meaningful_words(query)) >= FEWEST_WORDS:
            mentions = any(path.rsplit('/', 1)[-1] in query for path in paths)
            row = dict(repository=repository, commit=commit, parent=parent, query=query, changed=paths)
            found.append((time, commit, dict(row, mentions_path=mentions)))
    return [row for _, _, row in sorted(found, key=lambda entry: entry[:2])]


def spread(rows, count, chance, chosen):
    """Adds one row of each of `count` equal stretches of `rows` to `chosen`, none like another in it."""
    for i in range(count):
        stretch = rows[i * len(rows) // count:(i + 1) * len(rows) // count]
        for row in chance.sample(stretch, len(stretch)):
            words = meaningful_words(row['query'])
            if all(not alike(words, meaningful_words(other['query'])) for other in chosen):
                chosen.append(row)
                break


def alike(words, others):
    return len(words & others) >= ALIKE * len(words | others)


def mine(folder, repository, count, seed):
    rows = candidates(folder, repository)
    chance, chosen = random.Random('%s/%s' % (seed, repository)), []
    border = len(rows) - int(RECENT_PART * len(rows))
    recent = min(count, int(RECENT_SHARE * count + 0.5))
    spread(rows[border:], recent, chance, chosen)
    spread(rows[:border], count - recent, chance, chosen)
    # What was not to be had in one part comes from all.
    spread([row for row in rows if row not in chosen], count - len(chosen), chance, chosen)
    places = {row['commit']: place for place, row in enumerate(rows)}
    return sorted(chosen, key=lambda row: places[row['commit']]), len(rows)


SELFTEST = [
    # message, {path: text} of what changes, the query if it is a fix and its targets
    ('add everything at once',
     {'src/a.py': '1', 'src/b.py': '1', 'tests/test_a.py': '1', 'README.md': '1', 'src/c.py': 'c\n' * 9}, None, None),
    ('Fix crash when the parser meets an empty header (#12)\n\n'
     'The header was read past its end, as in https://example.org/x.\n\nMore.\n\nFixes #12\nSigned-off-by: A <a@b.c>',
     {'src/a.py': '2', 'tests/test_a.py': '2', 'CHANGES': '1'},
     'Fix crash when the parser meets an empty header\n\nThe header was read past its end, as in.', ['src/a.py']),
    ('Fix typo in the name of the parser function', {'src/a.py': '3'}, None, None),
    ('docs: fix the broken description of header parser', {'src/a.py': '4'}, None, None),
    ('Fix it', {'src/a.py': '5'}, None, None),
    ('Fix wrong expectations about the empty parser header', {'tests/test_a.py': '3', 'README.md': '2'}, None, None),
    ('Fix regression of long lines in writer.py and b.py buffers\n\nReported-by: somebody\nCloses #3',
     {'src/a.py': '6', 'src/b.py': '2', 'src/new.py': '1'},
     'Fix regression of long lines in writer.py and b.py buffers', ['src/a.py', 'src/b.py']),
    ('Fix wrong place of parser module among others', {'src/c.py': None, 'src/moved.py': 'c\n' * 9}, None, None),
    ('Fix leak of descriptors inside many generated modules',
     {'x/%d.py' % i: '1' for i in range(13)} | {'src/a.py': '7'}, None, None),
    ('Add colours and sizes to the printer output', {'src/a.py': '8'}, None, None),
    ('Revert "Fix crash when parser meets an empty header"', {'src/a.py': '9'}, None, None),
    ('Fix regression with long lines within writer.py and b.py buffers', {'src/b.py': '3'}, None, None),
]


def selftest():
    with tempfile.TemporaryDirectory() as root:
        tree, folder = os.path.join(root, 'tree'), os.path.join(root, 'sample.git')
        os.mkdir(tree)
        subprocess.run(['git', 'init', '-q', '--bare', folder], check=True)
        roles = ('AUTHOR', 'COMMITTER')
        who = {'GIT_%s_%s' % (role, what): value for role in roles for what, value in (('NAME', 'a'), ('EMAIL', 'a@b.c'))}
        for i, (message, files, _, _) in enumerate(SELFTEST):
            for path, text in files.items():
                place = os.path.join(tree, path)
                if text is None:
                    os.remove(place)
                else:
                    os.makedirs(os.path.dirname(place), exist_ok=True)
                    with open(place, 'w') as file:
                        file.write(text)
            when = {'GIT_%s_DATE' % role: '%d +0000' % (10 ** 9 + i) for role in roles}
            for arguments in (['add', '-A'], ['commit', '-q', '-m', message]):
                command = ['git', '--git-dir', folder, '--work-tree', tree, *arguments]
                subprocess.run(command, check=True, env=dict(os.environ, **who, **when))
        found = {row['query']: row for row in candidates(folder, name_of(folder))}
        wanted = {query: paths for _, _, query, paths in SELFTEST if query}
        wanted['Fix regression with long lines within writer.py and b.py buffers'] = ['src/b.py']
        assert {query: row['changed'] for query, row in found.items()} == wanted, found
        assert [row['mentions_path'] for row in found.values()] == [False, True, True]
        assert {row['repository'] for row in found.values()} == {'sample'}
        chosen, count = mine(folder, 'sample', 5, 1)
        assert count == 3 and len(chosen) == 2, 'of two alike only one is taken'
        assert (chosen, count) == mine(folder, 'sample', 5, 1)
        shown = git(folder, 'show', '%s:src/a.py' % chosen[0]['parent'])
        assert shown == '1', 'the parent is the state before the fix'
    for message, expected in [
        ('[LANG-1234] Fix NPE (#12, #13)', 'Fix NPE'),
        ('Fixes #7: UTF-8 names', 'UTF-8 names'),
        ('fix: a.b (fixes gh-12).', 'fix: a.b.'),
        ('a\n\nCc: me\n\n# Heading\n\nSecond\nBug: 4\n\nThird', 'a\n\nSecond'),
        ('ws: fix x\n\n<!-- do\n\nnot -->\n\nwhy', 'ws: fix x\n\nwhy'),
        ('Fix a\n\n* Fix a\n\nWhy', 'Fix a\n\nWhy'),
    ]:
        assert query_of(message) == expected, (message, query_of(message))
    for path, expected in [
        ('src/a.rs', True), ('lib/latest.ex', True), ('src/Contest.java', True), ('lua/mini/test.lua', True),
        ('setup.py', False), ('docs/a.py', False), ('src/a_test.go', False), ('App.Tests/A.cs', False), ('src/ArrayTest.java', False),
    ]:
        assert is_product_code(path, '100644') == expected, path
    assert is_product_code('libexec/run', '100755') and not is_product_code('LICENSE', '100644')
    print('ok')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('git_dirs', metavar='GIT_DIR', nargs='*')
    parser.add_argument('--out')
    parser.add_argument('--per-repo', type=int, default=30)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--selftest', action='store_true')
    arguments = parser.parse_args()
    if arguments.selftest:
        return selftest()
    if not arguments.git_dirs or not arguments.out:
        parser.error('a GIT_DIR and --out are needed')
    with open(arguments.out, 'w', encoding='utf-8') as out:
        for folder in sorted(arguments.git_dirs, key=name_of):
            rows, count = mine(git_dir_of(folder), name_of(folder), arguments.per_repo, arguments.seed)
            print('%-32s %4d of %d' % (name_of(folder), len(rows), count), file=sys.stderr)
            out.writelines(json.dumps(row, ensure_ascii=False) + '\n' for row in rows)


if __name__ == '__main__':
    main()
