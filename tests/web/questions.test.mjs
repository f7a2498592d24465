/** Questions to the attendee: never two at a time, the most urgent one first, and a rest after an answer. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { QuestionQueue, REST_MS } from '../../listener_web/questions/queue.js';

let shown, log, queue;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  shown = null;
  log = [];
  queue = new QuestionQueue((question) => (shown = question?.id ?? null));
});

function ask(id) {
  const note = (what) => () => log.push(`${id} ${what}`);
  queue.ask({ id, title: '', yes: '', no: '', asked: note('asked'), accept: note('accepted') });
}

test('a second question waits for the answer to the first one, and some time more', () => {
  ask('put-away');
  ask('less-data');
  ask('put-away');
  assert.equal(shown, 'put-away');
  queue.answer(true);
  assert.equal(shown, null);
  assert.deepEqual(log, ['put-away asked', 'put-away accepted']);
  mock.timers.tick(REST_MS - 1);
  assert.equal(shown, null);
  mock.timers.tick(1);
  assert.equal(shown, 'less-data');
  queue.answer(false);
  assert.deepEqual(log.slice(2), ['less-data asked']);
});

test('of those that wait the most urgent one is asked first', () => {
  ask('put-away');
  queue.answer(false);
  ask('put-away');
  ask('less-data');
  mock.timers.tick(REST_MS);
  assert.equal(shown, 'less-data');
});

test('a question that has become pointless is not asked, or disappears', () => {
  ask('less-data');
  ask('put-away');
  queue.withdraw('put-away');
  queue.withdraw('less-data');
  assert.equal(shown, null);
  assert.deepEqual(log, ['less-data asked']);
  ask('put-away');
  assert.equal(shown, 'put-away', 'nothing was answered, so nothing rests');
  queue.answer(false);
  queue.answer(true);
  assert.deepEqual(log.slice(1), ['put-away asked']);
});
