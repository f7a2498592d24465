/** The words in the middle of the page while there is nothing to read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { localeOf, startTime, stateOf } from '../../listener_web/attendee/states.js';
import { problemOf } from '../../listener_web/join/passcode-form.js';
import { ApiError } from '../../listener_web/shared/api.js';

const words = new URL('../../listener_web/i18n/en.json', import.meta.url);
const strings = JSON.parse(readFileSync(words, 'utf8'));
const START = '2026-11-27T13:00:00Z';

const state = (given) =>
  stateOf(
    { soundWanted: false, notice: null, startsAt: null, download: null, ...given },
    strings,
    (start) => `at ${start}`,
  );

test('an event that has not begun says when it will, and what to do', () => {
  const { kind, title, next } = state({ status: 'waiting', startsAt: START });
  assert.deepEqual([kind, title, next], ['waiting', `at ${START}`, strings.waitingNext]);
});

test('a listener who waits is told of the sound', () => {
  const { title, next } = state({ status: 'waiting', soundWanted: true });
  assert.deepEqual([title, next], [strings.waiting, strings.waitingNextSound]);
});

test('a break says what the organizer says', () => {
  assert.equal(state({ status: 'paused' }).title, strings.paused);
  const { title, next } = state({ status: 'paused', notice: 'Lunch until 13:30' });
  assert.deepEqual([title, next], ['Lunch until 13:30', strings.pausedNext]);
});

test('at the end the text can be downloaded where that is allowed', () => {
  assert.equal(state({ status: 'ended' }).next, strings.endedNext);
  assert.equal(state({ status: 'ended' }).download, undefined);
  const { next, download } = state({ status: 'ended', download: '/text' });
  assert.deepEqual([next, download], ['', '/text']);
});

test('a live event says that captions come', () => {
  for (const status of ['live', 'connecting', 'reconnecting', 'restoring', 'queued']) {
    const { kind, title, next } = state({ status, notice: 'Lunch until 13:30' });
    assert.deepEqual([kind, title, next], ['soon', '', strings.captionsSoon]);
  }
});

for (const [locale, zone, now, expected] of [
  ['en-US', 'America/New_York', '2026-11-27T12:00:00Z', '8:00 AM EST'],
  ['en-GB', 'Europe/London', '2026-11-27T12:00:00Z', '13:00 GMT'],
  ['de', 'Europe/Berlin', '2026-11-27T12:00:00Z', '14:00 MEZ'],
  ['ja', 'Asia/Tokyo', '2026-11-27T12:00:00Z', '11月27日金曜日 22:00 JST'.slice(10)],
  ['de', 'Europe/Berlin', '2026-11-26T12:00:00Z', 'Freitag, 27. November um 14:00 MEZ'],
  ['en-US', 'Pacific/Auckland', '2026-11-27T10:00:00Z', 'Saturday, November 28 at 2:00 AM GMT+13'],
]) {
  test(`${START} seen at ${now} in ${zone}: ${expected}`, () => {
    const shown = startTime(START, new Date(now), locale, zone);
    assert.equal(shown.replaceAll(/\s/g, ' '), expected);
  });
}

test('the phone says how times of its language are written', () => {
  assert.equal(localeOf('en', ['de-DE', 'en-GB', 'en-US']), 'en-GB');
  assert.equal(localeOf('en', ['de-DE']), 'en');
  assert.equal(localeOf('en', ['en-US@posix']), 'en');
  assert.equal(localeOf('zh-Hant', ['zh-TW']), 'zh-TW');
});

for (const [error, expected] of [
  [new ApiError(403, 'wrong_passcode', '', ''), 'passcodeWrong'],
  [new ApiError(422, 'bad_request', '', ''), 'passcodeWrong'],
  [new ApiError(429, 'too_many_wrong_passcodes', '', ''), 'passcodeTooMany'],
  [new ApiError(503, 'bus_unavailable', '', ''), 'connectionLost'],
  [new ApiError(0, 'unreachable', '', ''), 'connectionLost'],
  [new TypeError('odd'), 'connectionLost'],
]) {
  test(`${error.error ?? error}: ${expected}`, () => assert.equal(problemOf(error), expected));
}
