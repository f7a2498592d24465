/** The wait of a client before it tries again. */
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { ApiError, errorFrom } from '../../listener_web/shared/api.js';
import { Backoff } from '../../listener_web/shared/backoff.js';

afterEach(() => mock.restoreAll());

const chance = (value) => mock.method(Math, 'random', () => value);

test('waits double up to the limit', () => {
  chance(1);
  const backoff = new Backoff(300, 5_000);
  const waits = Array.from({ length: 7 }, () => backoff.nextMs());
  assert.deepEqual(waits, [300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
});

test('a wait is at least half of its span', () => {
  chance(0);
  const backoff = new Backoff(300, 5_000);
  assert.deepEqual([backoff.nextMs(), backoff.nextMs()], [150, 300]);
});

test('clients differ', () => {
  const waits = new Set(Array.from({ length: 50 }, () => new Backoff().nextMs()));
  assert.ok(waits.size > 40);
});

test('a connection that works again starts over', () => {
  chance(1);
  const backoff = new Backoff(500, 15_000);
  for (let i = 0; i < 2_000; i++) assert.ok(backoff.nextMs() <= 15_000);
  backoff.reset();
  assert.equal(backoff.nextMs(), 500);
});

for (const [status, retryable] of [
  [0, true],
  [404, false],
  [409, false],
  [429, true],
  [500, true],
  [503, true],
]) {
  test(`an answer of ${status} is ${retryable ? '' : 'not '}worth another attempt`, () => {
    assert.equal(new ApiError(status, 'x', 'x', 'x').retryable, retryable);
  });
}

test('a refused client waits as long as it is asked to, and at most half as long again', () => {
  const error = new ApiError(503, 'full', 'the server is full', 'Wait.', 4_000);
  chance(0);
  assert.equal(error.waitMs(), 4_000);
  mock.restoreAll();
  chance(1);
  assert.equal(error.waitMs(), 6_000);
});

test('an answer in the usual form keeps its words', async () => {
  const body = { error: 'floor_taken', message: 'another speaker is on air', hint: 'Take over.' };
  const error = await errorFrom(Response.json(body, { status: 409 }));
  assert.deepEqual(
    [error.status, error.error, error.message, error.hint, error.retryAfterMs],
    [409, body.error, body.message, body.hint, 3_000],
  );
});

for (const [header, ms] of [['7', 7_000], ['0', 3_000], ['3600', 60_000], ['soon', 3_000]]) {
  test(`Retry-After: ${header} means ${ms} ms`, async () => {
    const response = new Response('<h1>Busy</h1>', {
      status: 503,
      statusText: 'Service Unavailable',
      headers: { 'Retry-After': header },
    });
    const error = await errorFrom(response);
    assert.equal(error.retryAfterMs, ms);
    assert.equal(error.message, 'the server answered 503 Service Unavailable');
    assert.equal(error.error, 'unexpected_answer');
    assert.notEqual(error.hint, '');
  });
}
