/** The verdicts of a sound check on the pages, and when a speaker is told that nobody hears them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { microphoneVerdict, verdictsNow, worstOf } from '../../listener_web/shared/sound-check.js';
import { whyUnheard } from '../../listener_web/stage/check/heard-frame.js';

const STRINGS = JSON.parse(
  await readFile(new URL('../../listener_web/i18n/organizer/en.json', import.meta.url), 'utf8'),
);

/** A speaker who is heard well, with other fields. */
function floorWith(more = {}, faults = []) {
  return {
    publisher: true,
    error: '',
    reason: '',
    stereo_taken: 'both',
    stereo_faulty: '',
    microphone: { measured_s: 20, faults },
    ...more,
  };
}

const situation = { onAir: true, muted: false, state: 'live', floor: floorWith(), failing: [] };

test('one light for many is the worst of them', () => {
  assert.equal(worstOf([]), 'grey');
  assert.equal(worstOf(['green', 'green']), 'green');
  assert.equal(worstOf(['green', 'grey', 'amber']), 'amber');
  assert.equal(worstOf(['red', 'amber', 'grey']), 'red');
});

test('the microphone is judged as the server judges it', () => {
  const told = (floor) => {
    const { light, problem } = microphoneVerdict(floor);
    return `${light} ${problem}`.trim();
  };
  assert.equal(told(null), 'grey not_connected');
  assert.equal(told(floorWith({ publisher: false })), 'grey not_connected');
  assert.equal(told(floorWith({ microphone: { measured_s: 2, faults: [] } })), 'grey listening');
  assert.equal(told(floorWith()), 'green');
  for (const fault of ['no_signal', 'silent', 'tone', 'steady_noise']) {
    assert.equal(told(floorWith({}, [fault])), `red ${fault}`);
  }
  for (const fault of ['too_quiet', 'clipping', 'hum', 'noisy', 'narrow_band']) {
    assert.equal(told(floorWith({}, [fault])), `amber ${fault}`);
  }
  const cable = { error: 'one_channel_silent', stereo_faulty: 'right' };
  assert.equal(told(floorWith({ ...cable, stereo_taken: 'left' })), 'amber one_channel_silent');
  assert.equal(told(floorWith(cable)), 'red one_channel_silent');
});

test('what is seen now replaces what the last check saw', () => {
  const microphone = microphoneVerdict(floorWith());
  const old = [
    { check: 'microphone', light: 'red', problem: 'silent', values: {}, message: '', hint: '' },
    { check: 'store', light: 'green', problem: '', values: {}, message: '', hint: '' },
    { check: 'disk', light: 'green', problem: '', values: {}, message: '', hint: '' },
  ];
  const broken = { ready: false, message: 'Redis is gone', hint: '' };
  const lights = (verdicts) => verdicts.map(({ check, light }) => `${check} ${light}`);
  assert.deepEqual(lights(verdictsNow(old, microphone, broken)), [
    'microphone green',
    'store red',
    'disk green',
  ]);
  assert.deepEqual(lights(verdictsNow([], microphone, broken)), ['microphone green', 'store red']);
  assert.deepEqual(lights(verdictsNow([], microphone, null)), ['microphone green']);
});

test('a speaker is told when nobody hears them', () => {
  assert.equal(whyUnheard(situation), '');
  assert.equal(whyUnheard({ ...situation, onAir: false, state: 'open' }), '');
  assert.equal(whyUnheard({ ...situation, state: 'open' }), 'checkUnheardOpen');
  assert.equal(whyUnheard({ ...situation, state: 'paused' }), 'checkUnheardPaused');
  assert.equal(whyUnheard({ ...situation, muted: true }), 'checkUnheardMuted');
  assert.equal(whyUnheard({ ...situation, failing: ['es'] }), 'checkUnheardBooths');
  const zero = floorWith({}, ['no_signal']);
  assert.equal(whyUnheard({ ...situation, floor: zero }), 'checkUnheardNothing');
  assert.equal(whyUnheard({ ...situation, floor: null }), '');
});

test('every problem has words, and those of the microphone have words for the speaker', () => {
  const problems = `no_booths booths_late key_refused no_credit model_unknown unreachable busy
    language_unsupported no_answer slow not_connected no_signal silent too_quiet clipping hum noisy
    narrow_band tone steady_noise store_failed disk_failed disk_low disk_full no_https address_local
    address_not_set address_unknown address_unreachable address_other_server certificate_expired
    certificate_expires certificate_untrusted certificate_other_name`.split(/\s+/);
  for (const problem of problems) {
    assert.ok(STRINGS[`check_${problem}`], problem);
    assert.ok(STRINGS[`check_${problem}_next`], problem);
  }
  for (const fault of problems.slice(11, 20)) assert.ok(STRINGS[`checkSpeaker_${fault}`], fault);
});
