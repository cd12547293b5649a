#!/usr/bin/env python3
"""Fits the weights of the linear ranker (pampax-core/src/search/rank.rs) and says how far to trust them.

  cargo bench --bench retrieval -- --trees DIR --specs repos.json --questions DIR --signals signals.jsonl
  python3 benches/fit_ranker.py signals.jsonl [--l2 0.02] [--fixed test,doc,...] [--drop signal,...]

Minimises the listwise softmax cross-entropy of each question's targets among its candidates (Cao et al., "Learning to
Rank: From Pairwise Approach to Listwise Approach", 2007) with an L2 penalty, and prints NDCG@10 of the weights in the
file, of the fit on everything, and left out: each repository ranked by weights fitted on the others. Needs numpy and
scipy. Deterministic.
"""
import argparse, collections, json
import numpy as np
from scipy.optimize import minimize

SKIPPED = {'repeat', 'rerank', 'vector', 'chunk_vector'}


def load(path):
    questions = []
    for line in open(path):
        row = json.loads(line)
        candidates = [c for c in row['candidates'] if 'repeat' not in c['signals']]
        questions.append(dict(row, candidates=candidates))
    return questions


def matrix(questions, names):
    index = {name: i for i, name in enumerate(names)}
    for q in questions:
        q['x'] = np.zeros((len(q['candidates']), len(names)))
        for i, c in enumerate(q['candidates']):
            for name, value in c['signals'].items():
                if name in index:
                    q['x'][i, index[name]] = value
        q['y'] = np.array([1.0 if c['targets'] else 0.0 for c in q['candidates']])
        counts = collections.Counter(r['repo'] for r in questions)
        q['weight'] = 1.0 / counts[q['repo']]


def ndcg(question, scores, k=10):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], question['candidates'][i]['path']))
    rank_of = {}
    for rank, i in enumerate(order[:k], 1):
        for target in question['candidates'][i]['targets']:
            rank_of.setdefault(target, rank)
    gain = sum(1 / np.log2(rank + 1) for rank in set(rank_of.values()))
    return gain / sum(1 / np.log2(rank + 1) for rank in range(1, min(k, question['target_count']) + 1))


def fit(questions, names, l2, start):
    used = [q for q in questions if q['y'].any() and not q['y'].all()]

    def loss(w):
        total, gradient = l2 * float(w @ w), 2 * l2 * w
        weight_sum = sum(q['weight'] for q in used)
        for q in used:
            s = q['x'] @ w
            s = s - s.max()
            e = np.exp(s)
            p = e / e.sum()
            t = q['y'] / q['y'].sum()
            total -= q['weight'] / weight_sum * float(t @ np.log(p + 1e-12))
            gradient = gradient + q['weight'] / weight_sum * (q['x'].T @ (p - t))
        return total, gradient

    return minimize(loss, start, jac=True, method='L-BFGS-B', options=dict(maxiter=300)).x


def macro(questions, score):
    groups = collections.defaultdict(list)
    for q in questions:
        groups[q['repo']].append(ndcg(q, score(q)) if len(q['candidates']) else 0.0)
    return float(np.mean([np.mean(v) for v in groups.values()])), groups


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('signals')
    parser.add_argument('--l2', type=float, default=0.002)
    parser.add_argument('--drop', default='')
    parser.add_argument('--ablate', action='store_true')
    arguments = parser.parse_args()
    questions = load(arguments.signals)
    dropped = SKIPPED | set(filter(None, arguments.drop.split(',')))
    names = sorted({n for q in questions for c in q['candidates'] for n in c['signals']} - dropped)
    matrix(questions, names)
    repositories = sorted({q['repo'] for q in questions})
    everything = fit(questions, names, arguments.l2, np.zeros(len(names)))
    print('as listed    %.4f' % macro(questions, lambda q: -np.arange(len(q['candidates']), dtype=float))[0])
    print('fitted       %.4f' % macro(questions, lambda q: q['x'] @ everything)[0])

    def left_out(columns):
        scores = {}
        for repository in repositories:
            rest = [dict(q, x=q['x'][:, columns]) for q in questions if q['repo'] != repository]
            scores[repository] = fit(rest, columns, arguments.l2, everything[columns])
        return macro(questions, lambda q: q['x'][:, columns] @ scores[q['repo']])

    value, groups = left_out(list(range(len(names))))
    print('left out     %.4f' % value)
    print('  ' + '  '.join('%s %.3f' % (r, np.mean(groups[r])) for r in repositories))
    if arguments.ablate:
        for i, name in enumerate(names):
            print('  without %-16s %.4f' % (name, left_out([j for j in range(len(names)) if j != i])[0]))
    for name, weight in sorted(zip(names, everything), key=lambda pair: -abs(pair[1])):
        print('%-18s %8.3f' % (name, weight))


if __name__ == '__main__':
    main()
