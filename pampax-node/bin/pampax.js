#!/usr/bin/env node
// Runs the `pampax` program of this platform: same arguments, streams, exit status and signals.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { programPath } from '../dist/platform.js';

let program;
try {
  program = programPath();
} catch (error) {
  process.stderr.write(`pampax: ${error.message}\n`);
  process.exit(6);
}

const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });

// A signal of a terminal reaches the child by itself; one that was sent to this process alone is passed on.
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of passedOn) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}

child.on('error', (error) => {
  process.stderr.write(`pampax: cannot run ${program}: ${error.message}\n`);
  process.exitCode = 3;
});
child.on('exit', (status, signal) => {
  if (signal === null) {
    process.exitCode = status ?? 6;
    return;
  }
  // A program that a signal ended is told as a shell tells it, where this process cannot end in the same way.
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  for (const name of passedOn) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
