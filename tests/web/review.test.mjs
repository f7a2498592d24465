/** The reviewer's page: its lines, and its steps back and forth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_LINES, ReviewLines } from '../../listener_web/review/lines.js';
import { MOST_STEPS, Steps } from '../../listener_web/review/steps.js';

const said = (number, text = `Frase ${number}.`, final = true) => ({
  id: `es-${number}`,
  channel: 'es',
  start_ms: number,
  end_ms: number + 900,
  text,
  final,
});

test('a hidden line keeps its text for the reviewer', () => {
  const lines = new ReviewLines();
  lines.take(said(1), 5);
  const hidden = lines.take({ ...said(1, ''), revision: 1, hidden: true }, 9);
  assert.deepEqual([hidden.text, hidden.hidden, hidden.writtenMs], ['Frase 1.', true, 5]);
  assert.equal(lines.take({ ...said(1, ''), revision: 1, hidden: true }, 9), null);
  assert.equal(lines.take(said(1), 9), null);
  assert.equal(lines.take({ ...said(7), revision: 2 }, 9), null);
});

test('only finished lines can be chosen', () => {
  const lines = new ReviewLines();
  for (const number of [1, 2, 3]) lines.take(said(number, 'a', number < 3), 0);
  assert.equal(lines.next(null, -1).id, 'es-2');
  assert.equal(lines.next('es-2', -1).id, 'es-1');
  assert.equal(lines.next('es-1', -1), null);
  assert.equal(lines.next('es-2', 1), null);
});

test('the oldest lines are forgotten', () => {
  const lines = new ReviewLines();
  for (let number = 0; number < MOST_LINES + 2; number++) lines.take(said(number), 0);
  assert.deepEqual(lines.forgetOldest(), ['es-0', 'es-1']);
  assert.equal(lines.at('es-0'), null);
});

const step = (revision) => ({
  channel: 'es',
  caption: 'es-1',
  before: { text: 'a', hidden: false },
  after: { text: 'b', hidden: false },
  revision,
});

test('steps are undone and done again, the last one first', () => {
  const steps = new Steps();
  for (const revision of [1, 2]) steps.did(step(revision));
  assert.equal(steps.undoable.revision, 2);
  steps.undid(3);
  assert.deepEqual([steps.undoable.revision, steps.redoable.revision], [1, 3]);
  steps.redid(4);
  assert.deepEqual([steps.undoable.revision, steps.redoable], [4, null]);
  steps.undid(5);
  steps.did(step(6));
  assert.equal(steps.redoable, null);
  steps.drop(steps.undoable);
  assert.equal(steps.undoable.revision, 1);
});

test('steps are bounded', () => {
  const steps = new Steps();
  for (let revision = 0; revision < MOST_STEPS + 5; revision++) steps.did(step(revision));
  let count = 0;
  for (; steps.undoable !== null; count++) steps.undid(0);
  assert.equal(count, MOST_STEPS);
});
