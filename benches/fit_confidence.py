"""Fits the probabilities of pampax-core/src/search/confidence.rs, and says how true they are on repositories left out.

    cargo bench --bench retrieval -- --trees DIR --specs FILE --questions DIR --signals right.jsonl \\
        --budgets 500,1000,2000,4000,8000 --bundles bundles.jsonl
    python3 benches/fit_confidence.py --shuffle DIR --questions DIR --specs FILE
    cargo bench --bench retrieval -- --trees DIR --specs FILE --questions SHUFFLED --signals wrong.jsonl
    python3 benches/fit_confidence.py right.jsonl wrong.jsonl bundles.jsonl [--weights FILE]

A logistic model weighs what is known of each of a question's first ten hits; isotonic regression makes its answer a probability.
It learns from questions asked of their own repository and, a quarter as heavily in all, from questions asked of another one, none of
whose hits answers and for whom no bundle of the first ten hits is enough: `--shuffle` writes those. What the calibrations are worth is measured with each repository left out of both
steps. Reliability: mean confidence against the share that answers, in ten bins of equal count; ECE is the mean distance between
the two (Naeini, Cooper and Hauskrecht, 2015). AUROC: how well the confidence of an answer tells right repositories from wrong
ones. Needs numpy and scikit-learn. Deterministic.
"""
import argparse
import json
import math
import os
from collections import defaultdict

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

FEATURES = ['gap', 'lead', 'rank', 'score', 'coverage', 'best_coverage', 'similarity', 'best_similarity', 'whole_name',
            'names_it', 'other_role']
WRONG_WEIGHT = 0.25
ALONE = 2.0


def shuffle(arguments):
    names = [spec['name'] for spec in json.load(open(arguments.specs))]
    os.makedirs(arguments.shuffle, exist_ok=True)
    for place, name in enumerate(names):
        foreign = []
        for step in (7, 16):
            path = os.path.join(arguments.questions, names[(place + step) % len(names)] + '.json')
            foreign += json.load(open(path))[::2] if os.path.exists(path) else []
        rows = [{'query': q['query'], 'category': q.get('category', 'semantic'), 'relevant': []} for q in foreign]
        json.dump(rows, open(os.path.join(arguments.shuffle, name + '.json'), 'w'))


def hits_of(question, weights):
    best = {}
    for candidate in question['candidates']:
        best.setdefault(candidate['path'], candidate)
    scored = []
    for candidate in best.values():
        score = candidate['score']
        if weights:
            score = sum(weights.get(name, 0.0) * value for name, value in candidate['signals'].items())
        scored.append((score, candidate))
    return sorted(scored, key=lambda hit: -hit[0])[:10]


def features(hits):
    value = lambda hit, *names: sum(hit[1]['signals'].get(name, 0.0) for name in names)
    best, second = hits[0][0], hits[1][0] if len(hits) > 1 else hits[0][0] - ALONE
    leading = [max(max(value(hit, name) for hit in hits), 0.0) for name in ('coverage', 'chunk_vector')]
    return [[hit[0] - best, best - second if rank == 0 else 0.0, math.log(rank + 1), hit[0], value(hit, 'coverage'), leading[0],
             value(hit, 'chunk_vector'), leading[1], value(hit, 'whole_name'),
             value(hit, 'defines_type', 'defines_other', 'defines_word'), value(hit, 'test', 'doc', 'config', 'generated')]
            for rank, hit in enumerate(hits)]


class Table:
    """The hits of all questions, one row each."""

    def __init__(self, right, wrong, weights):
        rows, self.answers, self.question, self.repository, self.is_right, self.path, self.name = [], [], [], [], [], [], []
        self.questions = [(question, True) for question in right] + [(question, False) for question in wrong]
        for number, (question, is_right) in enumerate(self.questions):
            hits = hits_of(question, weights)
            rows += features(hits) if hits else []
            for _, hit in hits:
                self.answers.append(1.0 if hit['targets'] else 0.0)
                self.question.append(number)
                self.repository.append(question['repo'])
                self.is_right.append(is_right)
                self.path.append(hit['path'])
                self.name.append((question['repo'], question['query']))
        self.rows = np.array(rows)
        for field in ('answers', 'question', 'repository', 'is_right'):
            setattr(self, field, np.array(getattr(self, field)))
        self.heft = np.where(self.is_right, 1.0, WRONG_WEIGHT * self.is_right.sum() / max(1, (~self.is_right).sum()))


def logistic(table, rows):
    deviation = table.rows[rows].std(0) + 1e-9
    model = LogisticRegression(max_iter=1000).fit(table.rows[rows] / deviation, table.answers[rows], table.heft[rows])
    return model.coef_[0] / deviation, model.intercept_[0]


def isotonic(values, answers, heft):
    return IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds='clip').fit(values, answers, heft)


def corners(line, values):
    """The line at evenly populated places, thinned to where it rises."""
    places = np.unique(np.round(np.quantile(values, np.linspace(0, 1, 60)), 3))
    smooth = np.array([line.predict(values[np.argsort(np.abs(values - place))[:max(40, len(values) // 60)]]).mean()
                       for place in places])
    heights = np.round(np.clip(np.maximum.accumulate(smooth), 0.0, 1.0), 3)
    kept = [0]
    for index in range(1, len(places)):
        if heights[index] - heights[kept[-1]] >= 0.005 + 0.06 * heights[index] or index == len(places) - 1:
            kept.append(index)
    line = [(float(places[i]), float(heights[i])) for i in kept]
    return line if line[0][0] <= 0 else [(0.0, 0.0)] + line


def on_line(line, values):
    return np.interp(values, [place for place, _ in line], [height for _, height in line])


def calibration(confidence, answers, heft=None, bins=10):
    heft = np.ones(len(answers)) if heft is None else heft
    order, curve = np.argsort(confidence, kind='stable'), []
    for part in np.array_split(order, bins):
        curve.append((np.average(confidence[part], weights=heft[part]), np.average(answers[part], weights=heft[part]),
                      heft[part].sum()))
    total = sum(count for _, _, count in curve)
    return sum(count / total * abs(mean - share) for mean, share, count in curve), curve


def by_question(table, confidence):
    best = defaultdict(float)
    for number, value in zip(table.question, confidence):
        best[number] = max(best[number], value)
    answered = {number: 0.0 for number in best}
    for number, answer in zip(table.question, table.answers):
        answered[number] = max(answered[number], answer)
    numbers = sorted(best)
    return (np.array([best[number] for number in numbers]), np.array([answered[number] for number in numbers]),
            np.array([table.questions[number][1] for number in numbers]),
            np.array([table.questions[number][0]['repo'] for number in numbers]))


def fit_all(table, rows, bundles, bundle_rows):
    """The model and its three lines, fitted on some repositories."""
    weights, intercept = logistic(table, rows)
    raw = table.rows @ weights + intercept
    relevant = corners(isotonic(raw[rows], table.answers[rows], table.heft[rows]), raw[rows])
    confidence = on_line(relevant, raw)
    chosen = set(np.unique(table.question[rows]))
    best, answered, is_right, _ = by_question(table, np.where(rows, confidence, 0.0))
    keep = np.array([number in chosen for number in sorted(set(table.question))])
    heft = np.where(is_right, 1.0, WRONG_WEIGHT)
    line = corners(isotonic(best[keep], answered[keep], heft[keep]), best[keep])
    sums = noisy_or(table, confidence, bundles)
    enough = np.array([bundle['is_enough'] for bundle in bundles])
    heft = np.array([bundle['heft'] for bundle in bundles])
    sufficient = corners(isotonic(sums[bundle_rows], enough[bundle_rows], heft[bundle_rows]), sums[bundle_rows])
    return weights, intercept, relevant, line, sufficient


def noisy_or(table, confidence, bundles):
    of_file = dict(zip(zip(table.name, table.path), confidence))
    sums = []
    for bundle in bundles:
        name = (bundle['repo'], bundle['query'])
        none = 1.0
        for path in {item['path'] for item in bundle['items']}:
            none *= 1.0 - of_file.get((name, path), 0.0)
        sums.append(1.0 - none)
    return np.array(sums)


def load_bundles(path, right):
    targets = {(question['repo'], question['query']): question['target_count'] for question in right}
    found = defaultdict(dict)
    for question in right:
        for candidate in question['candidates']:
            found[(question['repo'], question['query'])].setdefault(candidate['path'], set()).update(candidate['targets'])
    bundles = [json.loads(line) for line in open(path)]
    for bundle in bundles:
        name = (bundle['repo'], bundle['query'])
        shown = set().union(*[found[name].get(item['path'], set()) for item in bundle['items']])
        bundle['is_enough'] = 1.0 if len(shown) == targets[name] else 0.0
    return bundles


def foreign_bundles(table):
    """A bundle of the first ten hits for each question asked of another repository; none is enough."""
    paths = defaultdict(list)
    for name, path, is_right in zip(table.name, table.path, table.is_right):
        if not is_right:
            paths[name].append({'path': path})
    return [{'repo': name[0], 'query': name[1], 'items': items, 'is_enough': 0.0} for name, items in paths.items()]


def tell(title, confidence, answers, heft=None):
    error, curve = calibration(confidence, answers, heft)
    print('%-46s ECE %.4f' % (title, error))
    print('    said  ' + ' '.join('%.3f' % mean for mean, _, _ in curve))
    print('    found ' + ' '.join('%.3f' % share for _, share, _ in curve))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('files', nargs='*')
    parser.add_argument('--weights')
    parser.add_argument('--shuffle')
    parser.add_argument('--questions')
    parser.add_argument('--specs')
    arguments = parser.parse_args()
    if arguments.shuffle:
        return shuffle(arguments)
    weights = json.load(open(arguments.weights)) if arguments.weights else None
    right, wrong = ([json.loads(line) for line in open(path)] for path in arguments.files[:2])
    table, bundles = Table(right, wrong, weights), load_bundles(arguments.files[2], right)
    foreign = foreign_bundles(table)
    own = np.array([True] * len(bundles) + [False] * len(foreign))
    bundles += foreign
    for bundle, is_own in zip(bundles, own):
        bundle['heft'] = 1.0 if is_own else WRONG_WEIGHT * own.sum() / (~own).sum()
    bundle_repository = np.array([bundle['repo'] for bundle in bundles])
    enough = np.array([bundle['is_enough'] for bundle in bundles])
    confidence, answer, suffices = np.zeros(len(table.rows)), None, np.zeros(len(bundles))
    _, answered, is_right, repository = by_question(table, confidence)
    answer = np.zeros(len(answered))
    for left in sorted(set(table.repository)):
        fitted = fit_all(table, table.repository != left, bundles, bundle_repository != left)
        raw = on_line(fitted[2], table.rows @ fitted[0] + fitted[1])
        confidence = np.where(table.repository == left, raw, confidence)
        best = by_question(table, raw)[0]
        answer = np.where(repository == left, np.maximum(on_line(fitted[3], best), best), answer)
        suffices = np.where(bundle_repository == left, on_line(fitted[4], noisy_or(table, raw, bundles)), suffices)
    right_rows = table.is_right
    print('left out, %d questions of their own repository, %d of another' % (is_right.sum(), (~is_right).sum()))
    tell('a hit, own repository', confidence[right_rows], table.answers[right_rows])
    tell('a hit, all', confidence, table.answers, table.heft)
    first = np.concatenate([[True], table.question[1:] != table.question[:-1]])
    tell('the first hit, own repository', confidence[right_rows & first], table.answers[right_rows & first])
    tell('an answer, own repository', answer[is_right], answered[is_right])
    tell('an answer, all', answer, answered, np.where(is_right, 1.0, WRONG_WEIGHT))
    tell('a bundle, own repository', suffices[own], enough[own])
    tell('a bundle, all', suffices, enough, np.array([bundle['heft'] for bundle in bundles]))
    print('AUROC of an answer, own repository against another: %.4f' % roc_auc_score(is_right, answer))
    model, intercept, relevant, line, sufficient = fit_all(table, table.rows[:, 0] < 9e9, bundles, np.ones(len(bundles), bool))
    print('    intercept: %.3f,' % intercept)
    for name, weight in zip(FEATURES, model):
        print('    %s: %.3f,' % (name, weight))
    for name, points in (('RELEVANT', relevant), ('ANSWERED', line), ('SUFFICIENT', sufficient)):
        print('const %s: &[(f64, f64)] = &[%s];' % (name, ', '.join('(%.3f, %.3f)' % point for point in points)))


if __name__ == '__main__':
    main()
