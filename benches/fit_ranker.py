"""Fits the weights of the ranker, and says what they are worth on repositories that they were not fitted on.

    cargo bench --bench retrieval -- --trees DIR --specs FILE --questions DIR --signals roots.jsonl
    cargo bench --bench retrieval -- --trees DIR --specs FILE --questions DIR --whole --signals whole.jsonl
    python3 benches/fit_ranker.py roots.jsonl whole.jsonl [--ablate] [--without SIGNAL,...] [--weights FILE]

A question's files are ranked by the sum of signals times weights; the weights minimise the cross-entropy between the softmax of
these sums and the files that answer (ListNet: Cao et al., "Learning to rank: from pairwise approach to listwise approach",
2007), with a quadratic pull towards the weights that were chosen by meaning. Left out: every repository is ranked by weights
fitted on all the others, in both forms of its tree. All of it is deterministic. `--weights` writes the weights for the table in
pampax-core/src/search/rank.rs. Needs numpy and scipy.
"""
import argparse
import json
import math
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize

# Chosen by what each signal means; the pull of the fit. A signal that is not here is not fitted.
BY_MEANING = {
    'top_chunks': 1.0, 'body': 0.6, 'names': 0.5, 'path': 0.6, 'coverage': 0.3, 'path_coverage': 0.6, 'names_coverage': 0.4,
    'defines_type': 0.8, 'defines_other': 0.4, 'defines_word': 0.8, 'header': -0.5, 'whole_name': 0.6, 'abbreviation': 1.0,
    'density': 0.4, 'size': 0.15, 'imported': 0.4, 'test': -1.5, 'doc': -1.2, 'config': -0.4, 'generated': -0.8,
    'vendored': -0.6, 'vector': 0.6, 'chunk_body': 0.1, 'chunk_defines': 0.1, 'chunk_vector': 0.2,
}
# How sure the softmax is of the weights by meaning, and what the table divides the fitted ones by, so that scores keep their size.
SHARPNESS = 4.0
TABLE_SCALE = 2.5
CANDIDATES = 40


def load(path):
    """One dictionary for each question, with the best hit of each file in the order of the search."""
    questions = []
    with open(path) as lines:
        for line in lines:
            question = json.loads(line)
            best = {}
            for candidate in question.pop('candidates'):
                best.setdefault(candidate['path'], candidate)
            question['files'] = list(best.values())[:CANDIDATES]
            question['relevant'] = np.array([1.0 if file['targets'] else 0.0 for file in question['files']])
            questions.append(question)
    return questions


def ndcg(question, scores, k=10):
    gain, seen = 0.0, set()
    for rank, index in enumerate(np.argsort(-scores, kind='stable')[:k]):
        new = set(question['files'][index]['targets']) - seen
        gain += 1 / math.log2(rank + 2) if new else 0.0
        seen |= new
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(question['target_count'], k)))


class Fit:
    def __init__(self, sets, names, pull):
        self.sets, self.names, self.pull = sets, names, pull
        self.questions = [question for questions in sets for question in questions]
        rows = [np.array([[file['signals'].get(name, 0.0) for name in names] for file in question['files']])
                for question in self.questions]
        self.deviation = np.vstack(rows).std(0)
        self.deviation[self.deviation == 0] = 1.0
        self.rows = [row / self.deviation for row in rows]
        self.prior = np.array([BY_MEANING[name] for name in names]) * SHARPNESS * self.deviation

    def weights(self, keep, start=None, steps=60):
        chosen = [i for i, question in enumerate(self.questions) if keep(question) and question['relevant'].sum() > 0]
        rows = np.vstack([self.rows[i] for i in chosen])
        lengths = [len(self.rows[i]) for i in chosen]
        starts = np.cumsum([0] + lengths)[:-1]
        group = np.repeat(np.arange(len(chosen)), lengths)
        wanted = np.concatenate([self.questions[i]['relevant'] / self.questions[i]['relevant'].sum() for i in chosen])

        def loss(weights):
            scores = rows @ weights
            scores -= np.maximum.reduceat(scores, starts)[group]
            powers = np.exp(scores)
            sums = np.add.reduceat(powers, starts)[group]
            away = weights - self.prior
            value = -(wanted * (scores - np.log(sums))).sum() / len(chosen) + self.pull * (away ** 2).sum()
            return value, rows.T @ (powers / sums - wanted) / len(chosen) + 2 * self.pull * away

        first = self.prior if start is None else start
        return minimize(loss, first, jac=True, method='L-BFGS-B', options={'maxiter': steps}).x

    def left_out(self):
        """The NDCG of every question under weights fitted without its repository, and the weights of all."""
        everything = self.weights(lambda question: True)
        values = [0.0] * len(self.questions)
        for repository in sorted({question['repo'] for question in self.questions}):
            weights = self.weights(lambda question: question['repo'] != repository, everything, 25)
            for i, question in enumerate(self.questions):
                if question['repo'] == repository:
                    values[i] = ndcg(question, self.rows[i] @ weights)
        return values, everything

    def by_set(self, values):
        first = 0
        for questions in self.sets:
            yield questions, values[first:first + len(questions)]
            first += len(questions)


def means(questions, values, key):
    groups = defaultdict(lambda: defaultdict(list))
    for question, value in zip(questions, values):
        inner = question['repo'] if key in ('repo', 'language') else None
        groups[question[key]][inner].append(value)
    return {name: float(np.mean([np.mean(group) for group in inner.values()])) for name, inner in sorted(groups.items())}


def overall(questions, values):
    repositories = list(means(questions, values, 'repo').values())
    return np.mean(repositories), np.std(repositories, ddof=1) / math.sqrt(len(repositories))


def tell(title, fit, values):
    for questions, part in fit.by_set(values):
        mean, error = overall(questions, part)
        categories = '  '.join('%s %.3f' % entry for entry in means(questions, part, 'category').items())
        print('%-24s %.4f ± %.4f  %s' % (title, mean, error, categories))


def ablate(fit, values):
    for name in fit.names:
        rest = Fit(fit.sets, [other for other in fit.names if other != name], fit.pull)
        without, _ = rest.left_out()
        parts = []
        for (questions, before), (_, after) in zip(fit.by_set(values), rest.by_set(without)):
            lost = np.array(before) - np.array(after)
            parts.append('%+.4f ± %.4f' % (lost.mean(), lost.std(ddof=1) / math.sqrt(len(lost))))
        print('  %-16s gives %s' % (name, '   '.join(parts)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('signals', nargs='+')
    parser.add_argument('--pull', type=float, default=0.05)
    parser.add_argument('--without', default='')
    parser.add_argument('--ablate', action='store_true')
    parser.add_argument('--weights')
    arguments = parser.parse_args()
    names = [name for name in BY_MEANING if name not in arguments.without.split(',')]
    fit = Fit([load(path) for path in arguments.signals], names, arguments.pull)
    tell('as the search ranks', fit, [ndcg(q, -np.arange(len(q['files']), dtype=float)) for q in fit.questions])
    tell('by meaning', fit, [ndcg(q, rows @ fit.prior) for q, rows in zip(fit.questions, fit.rows)])
    values, everything = fit.left_out()
    tell('fitted', fit, [ndcg(q, rows @ everything) for q, rows in zip(fit.questions, fit.rows)])
    tell('left out', fit, values)
    for questions, part in fit.by_set(values):
        print('  ' + '  '.join('%s %.3f' % entry for entry in means(questions, part, 'language').items()))
    if arguments.ablate:
        ablate(fit, values)
    table = {name: round(float(weight), 2) for name, weight in zip(names, everything / fit.deviation / TABLE_SCALE)}
    for name, weight in table.items():
        print('%-16s %6.2f' % (name, weight))
    if arguments.weights:
        with open(arguments.weights, 'w') as file:
            json.dump(table, file, indent=1)


if __name__ == '__main__':
    main()
