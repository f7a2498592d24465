/** The reader's settings: kept, checked, and shown. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { RANGES, CHOICES, ReadingSettings, applySettings } from '../../listener_web/reading/settings.js';

const links = [];
globalThis.document = {
  head: {
    querySelector: (selector) => links.find(({ href }) => selector.includes(`"${href}"`)) ?? null,
    append: (link) => links.push(link),
  },
  createElement: () => new (class extends EventTarget {
    remove() {
      links.splice(links.indexOf(this), 1);
    }
  })(),
};

class Part {
  dataset = {};
  properties = {};
  style = { setProperty: (name, value) => (this.properties[name] = value) };
}

const storageOf = (items = {}) => ({
  items,
  recall: (key) => items[key] ?? null,
  remember: (key, value) => (items[key] = value),
});

beforeEach(() => links.splice(0));

test('every setting survives a reload', () => {
  const storage = storageOf();
  const settings = new ReadingSettings(storage);
  const chosen = { font: 'lexend', 'text-width': 'wide', pace: 'lines', 'speak-captions': 'yes' };
  Object.assign(chosen, { 'text-size': '150', 'line-spacing': '120' });
  assert.deepEqual(
    Object.keys(chosen).sort(),
    [...Object.keys(CHOICES), ...Object.keys(RANGES)].sort(),
  );
  for (const [name, value] of Object.entries(chosen)) settings.choose(name, value);
  const again = new ReadingSettings(storageOf({ ...storage.items }));
  for (const [name, value] of Object.entries(chosen)) assert.equal(again.get(name), value);
});

test('what is stored and is no value of the setting is the standard', () => {
  const settings = new ReadingSettings(
    storageOf({ font: 'comic', 'text-size': '5000', 'line-spacing': '', pace: 'slow' }),
  );
  assert.equal(settings.get('font'), 'system');
  assert.equal(settings.get('text-size'), '100');
  assert.equal(settings.get('line-spacing'), '100');
  assert.equal(settings.get('pace'), 'words');
});

test('a change is told once, and a reset tells what it changes', () => {
  const settings = new ReadingSettings(storageOf());
  const told = [];
  settings.addEventListener('change', ({ detail }) => told.push(detail));
  settings.choose('font', 'serif');
  settings.choose('font', 'serif');
  settings.choose('font', 'unheard of');
  assert.deepEqual(told, ['font', 'font']);
  settings.choose('text-size', '130');
  settings.reset();
  assert.deepEqual(told, ['font', 'font', 'text-size', 'text-size']);
  assert.equal(settings.get('text-size'), '100');
});

test('a part of the page shows the settings now and when they change', () => {
  const settings = new ReadingSettings(storageOf({ 'text-size': '150' }));
  const part = new Part();
  applySettings(part, settings);
  assert.equal(part.properties['--caption-scale'], '1.5');
  assert.equal(part.properties['--line-scale'], '1');
  assert.deepEqual(part.dataset, { font: 'system', textWidth: 'medium' });
  settings.choose('line-spacing', '140');
  settings.choose('text-width', 'narrow');
  assert.equal(part.properties['--line-scale'], '1.4');
  assert.equal(part.dataset.textWidth, 'narrow');
});

test('the styles of the fonts are loaded when one of them is chosen, once', () => {
  const settings = new ReadingSettings(storageOf());
  applySettings(new Part(), settings);
  settings.choose('font', 'serif');
  assert.equal(links.length, 0);
  settings.choose('font', 'atkinson');
  settings.choose('font', 'opendyslexic');
  assert.equal(links.length, 1);
  assert.ok(links[0].href.endsWith('/reading/fonts.css'));
});

test('styles that did not come are asked for again', () => {
  const settings = new ReadingSettings(storageOf({ font: 'lexend' }));
  applySettings(new Part(), settings);
  links[0].dispatchEvent(new Event('error'));
  assert.equal(links.length, 0);
  settings.choose('text-size', '110');
  assert.equal(links.length, 1);
});
