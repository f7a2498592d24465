// The console of a human interpreter: its pure modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamParser } from '../../listener_web/booth/event-stream.js';
import { NO_TURN, situationOf } from '../../listener_web/booth/situation.js';
import { minutesAndSeconds, reminder, secondsLeft } from '../../listener_web/booth/turn-clock.js';
import { SoundWatch } from '../../listener_web/booth/sound/sound-watch.js';
import { CribText } from '../../listener_web/booth/text/crib.js';
import { LIT_MS, SaidTerms, matching, saidIn } from '../../listener_web/booth/text/glossary.js';

test('a stream is taken apart wherever its pieces end', () => {
  const stream = ':\n\nid: 1-0\nevent: caption\ndata: {"a":\ndata: 1}\n\nretry: 100\n\ndata: x\r\n\r\n';
  const wanted = [
    { kind: 'caption', data: '{"a":\n1}', id: '1-0' },
    { kind: 'message', data: 'x', id: '1-0' },
  ];
  for (let size = 1; size <= stream.length; size += 1) {
    const parser = new StreamParser();
    const found = [];
    for (let i = 0; i < stream.length; i += size) found.push(...parser.take(stream.slice(i, i + size)));
    assert.deepEqual(found, wanted, `pieces of ${size}`);
  }
});

const MINE = { ...NO_TURN, interpreter: 'ana', name: 'Ana', since_ms: 10_000 };
const BOOTH = { on_air: 'human', on_air_name: 'Ana', on_air_reason: '', state: 'live', reason: '' };
const FACTS = {
  me: 'ana',
  turn: MINE,
  booth: BOOTH,
  event: 'live',
  connected: true,
  microphone: 'live',
  elsewhere: false,
  coughing: false,
  nowMs: 20_000,
};
const shown = (more) => {
  const { kind, heard } = situationOf({ ...FACTS, ...more });
  return [kind, heard];
};

test('an interpreter knows at a glance what listeners hear', () => {
  assert.deepEqual(shown({}), ['on-air', 'you']);
  assert.deepEqual(shown({ turn: { ...MINE, muted: true } }), ['muted', 'nothing']);
  assert.deepEqual(shown({ coughing: true }), ['cough', 'nothing']);
  assert.deepEqual(shown({ microphone: 'reconnecting' }), ['no-microphone', 'ai']);
  assert.deepEqual(shown({ microphone: 'refused', elsewhere: true }), ['elsewhere', 'you']);
  assert.deepEqual(shown({ connected: false }), ['offline', 'ai']);
  assert.deepEqual(shown({ event: 'paused' }), ['waiting', '']);
  assert.deepEqual(shown({ event: 'closed' }), ['over', '']);
  assert.deepEqual(shown({ me: 'ben' }), ['partner', 'partner']);
  assert.deepEqual(shown({ turn: NO_TURN, booth: { ...BOOTH, on_air: 'ai' } }), ['ai', 'ai']);
  assert.deepEqual(shown({ turn: NO_TURN, booth: { ...BOOTH, on_air: 'floor' } }), ['ai', 'original']);
  assert.deepEqual(shown({ turn: NO_TURN, event: 'open' }), ['waiting', '']);
});

test('what the booth reports counts once it can know of the turn', () => {
  const ai = { ...BOOTH, on_air: 'ai', on_air_reason: 'human_silent' };
  assert.deepEqual(shown({ booth: ai, nowMs: 12_000 }), ['on-air', 'you']);
  assert.deepEqual(shown({ booth: ai, nowMs: 13_000 }), ['unheard', 'ai']);
  assert.equal(situationOf({ ...FACTS, booth: ai }).reason, 'human_silent');
  assert.deepEqual(shown({ booth: null, nowMs: 12_000 }), ['on-air', 'you']);
  assert.deepEqual(shown({ booth: null }), ['on-air', '']);
  assert.deepEqual(shown({ booth: null, me: 'ben' }), ['partner', '']);
  assert.deepEqual(shown({ booth: ai, me: 'ben' }), ['partner', 'ai']);
});

test('a turn has a length, and a reminder two minutes before its end', () => {
  assert.equal(minutesAndSeconds(725_900), '12:05');
  assert.equal(minutesAndSeconds(-5), '0:00');
  assert.equal(reminder(27 * 60_000, 30), '');
  assert.equal(reminder(28 * 60_000, 30), 'soon');
  assert.equal(reminder(30 * 60_000, 30), 'over');
  assert.deepEqual([5_000, 4_001, 4_000, 1, 0, -9].map((ms) => secondsLeft(ms, 0)), [5, 5, 4, 1, 0, 0]);
});

/** A watch that has heard eight seconds; each function makes the level of one measure. */
function heard({ rms, peak = () => -20, headphones = () => -100 }) {
  const watch = new SoundWatch();
  for (let i = 0; i < 160; i += 1) {
    watch.add({ atMs: 50 * i, rmsDbfs: rms(i), peakDbfs: peak(i), heardDbfs: headphones(i) });
  }
  return watch;
}

const syllables = (i) => (i % 9 < 5 ? -22 : -62);
const speaker = (i) => (i % 31 < 17 ? -20 : -70);

test('a microphone is judged by its levels', () => {
  assert.equal(new SoundWatch().problem(), '');
  assert.equal(heard({ rms: syllables }).problem(), '');
  assert.equal(heard({ rms: syllables, headphones: speaker }).problem(), '');
  assert.equal(heard({ rms: syllables, peak: (i) => (i === 150 ? 0 : -20) }).problem(), 'clipping');
  assert.equal(heard({ rms: syllables, peak: (i) => (i === 50 ? 0 : -20) }).problem(), '');
  assert.equal(heard({ rms: (i) => Math.max(-35, syllables(i)) }).problem(), 'noisy');
  assert.equal(heard({ rms: () => -100 }).problem(), 'silent');
  const echo = (i) => speaker(i - 1) - 12;
  assert.equal(heard({ rms: echo, headphones: speaker }).problem(), 'echo');
  const watch = heard({ rms: echo, headphones: speaker });
  watch.forget();
  assert.equal(watch.problem(), '');
});

const TERMS = [
  { term: 'sluice', translation: 'écluse' },
  { term: 'flood plain', translation: 'plaine inondable' },
  { term: 'C++', translation: 'C++' },
  { term: '水', translation: 'eau' },
  { term: '', translation: 'nothing' },
];
const names = (terms) => terms.map(({ term }) => term);

test('a term is found by part of it or of its translation, without accents', () => {
  assert.deepEqual(names(matching(TERMS, 'ECLU')), ['sluice']);
  assert.deepEqual(names(matching(TERMS, 'plain')), ['flood plain']);
  assert.equal(matching(TERMS, ' ').length, TERMS.length);
  assert.deepEqual(matching(TERMS, 'dam'), []);
});

test('a term is said as a word of its own, also across the lines of a caption', () => {
  assert.deepEqual(names(saidIn(TERMS, 'The sluices of the flood\nplain')), ['sluice', 'flood plain']);
  assert.deepEqual(saidIn(TERMS, 'sluiceway'), []);
  assert.deepEqual(names(saidIn(TERMS, 'in C++, today')), ['C++']);
  assert.deepEqual(names(saidIn(TERMS, '治水の話')), ['水']);
});

test('a term that was said is lit for a while', () => {
  const said = new SaidTerms();
  said.note(TERMS, 'the sluice', 1_000);
  assert.equal(said.isLit('sluice', 1_000 + LIT_MS - 1), true);
  assert.equal(said.isLit('sluice', 1_000 + LIT_MS), false);
  assert.equal(said.isLit('C++', 1_000), false);
  assert.equal(said.saidAtMs('sluice'), 1_000);
});

test('pieces of the AI are joined to paragraphs', () => {
  const crib = new CribText();
  assert.deepEqual(crib.add(' Bonjour'), { id: '0', text: 'Bonjour' });
  assert.deepEqual(crib.add(' à tous.'), { id: '0', text: 'Bonjour à tous.' });
  const long = `${' mot'.repeat(40)}.`;
  assert.equal(crib.add(long).id, '0');
  assert.deepEqual(crib.add(' Ensuite'), { id: '1', text: 'Ensuite' });
});

test('a key is the letter that it writes, or the one at its place', async () => {
  globalThis.localStorage ??= { getItem: () => null, setItem: () => undefined };
  const { keyOf } = await import('../../listener_web/booth/shortcuts.js');
  assert.equal(keyOf({ key: 'M', code: 'KeyM' }), 'm');
  assert.equal(keyOf({ key: 'm', code: 'Semicolon' }), 'm');
  assert.equal(keyOf({ key: 'ة', code: 'KeyM' }), 'm');
  assert.equal(keyOf({ key: '+', code: 'BracketRight' }), '+');
  assert.equal(keyOf({ key: 'Escape', code: 'Escape' }), 'escape');
});
