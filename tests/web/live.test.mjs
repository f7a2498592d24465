/** The technician's page: the lines of figures, and which alarm is heard when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../listener_web/desk/live/history.js';
import { REPEAT_MS, Sounding } from '../../listener_web/desk/live/sounding.js';

const alarm = (id, severity = 'critical') => ({
  event: 'talk',
  id,
  subject: '',
  since_ms: 0,
  severity,
  values: {},
});

test('a line has the last five minutes, scaled to its highest value', () => {
  const history = new History();
  assert.equal(history.points(100, 20), '');
  for (let second = 0; second <= 600; second += 10) history.push(second * 1_000, second / 10);
  const points = history.points(100, 20).split(' ');
  assert.equal(points.length, history.length);
  assert.equal(points.length, 31);
  assert.equal(points.at(0), '0.0,11.7');
  assert.equal(points.at(-1), '100.0,3.3');
});

test('a short peak stays in the line', () => {
  const history = new History();
  for (const [ms, value] of [[0, 1], [1_000, 9], [1_500, 2], [4_000, 1]]) history.push(ms, value);
  assert.match(history.points(100, 20), /0\.0,3\.3/);
});

test('the pace needs half a minute', () => {
  const history = new History();
  history.push(0, 1);
  history.push(20_000, 1.1);
  assert.equal(history.perHour, null);
  history.push(60_000, 1.5);
  assert.equal(Math.round(history.perHour), 30);
});

test('a critical alarm sounds again and again, a warning once', () => {
  const sounding = new Sounding();
  const alarms = [alarm('speaker_gone'), alarm('silence', 'warning')];
  assert.equal(sounding.due(alarms, 10_000), 'siren');
  assert.equal(sounding.due(alarms, 10_100), null); // one tone at a time
  assert.equal(sounding.due(alarms, 12_000), 'chime');
  assert.equal(sounding.due(alarms, 14_000), null);
  assert.equal(sounding.due(alarms, 10_000 + REPEAT_MS), 'siren');
  assert.equal(sounding.due([], 30_000), null);
  assert.equal(sounding.due([alarm('silence', 'warning')], 40_000), 'chime'); // it came back
});

test('mute ends by itself, and chosen tones are used', () => {
  const sounding = new Sounding();
  sounding.chosen = { lag: 'low', silence: 'none' };
  sounding.mutedUntilMs = 60_000;
  const alarms = [alarm('lag', 'warning'), alarm('silence', 'warning')];
  assert.equal(sounding.due(alarms, 59_999), null);
  assert.equal(sounding.due(alarms, 60_000), 'low');
  assert.equal(sounding.due(alarms, 70_000), null);
});
