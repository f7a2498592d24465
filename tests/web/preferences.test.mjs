/** The reader's settings that the browser keeps, and the colours that follow from them. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { device, tab } from '../../listener_web/shared/storage.js';

class FakeStorage {
  #items = new Map();
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, value);
  }
}

const provide = (name, get) => Object.defineProperty(globalThis, name, { get, configurable: true });
const root = { dataset: {} };
globalThis.document = { documentElement: root };

beforeEach(() => {
  const [local, session] = [new FakeStorage(), new FakeStorage()];
  provide('localStorage', () => local);
  provide('sessionStorage', () => session);
});

test('a device remembers apart from a tab, under names of its own', () => {
  device.remember('volume', '40');
  tab.remember('volume', '70');
  assert.deepEqual([device.recall('volume'), tab.recall('volume')], ['40', '70']);
  assert.equal(localStorage.getItem('broadcaster.volume'), '40');
  assert.equal(device.recall('text-size'), null);
});

test('a browser that forbids storage forgets, and nothing breaks', () => {
  for (const name of ['localStorage', 'sessionStorage']) {
    provide(name, () => {
      throw new DOMException('denied', 'SecurityError');
    });
  }
  for (const storage of [device, tab]) {
    storage.remember('volume', '40');
    assert.equal(storage.recall('volume'), null);
  }
});

test('a full storage keeps what it has', () => {
  device.remember('volume', '40');
  localStorage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  device.remember('volume', '50');
  assert.equal(device.recall('volume'), '40');
});

test('the system chooses the colours until the reader does', async () => {
  device.remember('theme', 'sepia');
  const { currentTheme, setTheme } = await import('../../listener_web/shared/theme.js');
  assert.equal(root.dataset.theme, 'system', 'an unknown choice is none');
  for (const theme of ['dark', 'light', 'bright-hall', 'dark-hall', 'system']) {
    setTheme(theme);
    assert.equal(currentTheme(), theme);
    assert.equal(root.dataset.theme, theme);
  }
});

test('the system asks for high contrast until the reader chooses', async () => {
  const { highContrast, setHighContrast } = await import('../../listener_web/shared/theme.js');
  assert.equal(highContrast(), false);
  globalThis.matchMedia = () => ({ matches: true });
  assert.equal(highContrast(), true);
  setHighContrast(false);
  assert.equal(highContrast(), false);
  assert.equal(root.dataset.contrast, 'standard');
  setHighContrast(null);
  assert.equal(root.dataset.contrast, 'more');
  delete globalThis.matchMedia;
  setHighContrast(true);
  assert.equal(root.dataset.contrast, 'more');
});
