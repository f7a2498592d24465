/** Words of the form of an event about the provider of the server. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { helpOf } from '../../listener_web/desk/interpreting/provider-help.js';
import { useWords } from '../../listener_web/i18n/say.js';

const english = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(readFileSync(english, 'utf8')), 'en');

const facts = { name: 'Alibaba Cloud', phrases: true, continuous_glossary: false, continuous_voice: false };

test('a provider with both ways follows the glossary phrase by phrase', () => {
  const help = helpOf(facts);
  assert.match(help, /^Automatic is continuous where that is offered/);
  assert.match(help, /Only phrase by phrase follows the glossary\. A term alone/);
});

test('a provider that only interprets continuously is named, with what it does with the glossary', () => {
  const takes = helpOf({ ...facts, phrases: false, continuous_glossary: true });
  assert.match(takes, /Alibaba Cloud\S* interprets every language continuously\. It follows the glossary\. A term/);
  assert.doesNotMatch(takes, /phrase by phrase/);
  const ignores = helpOf({ ...facts, phrases: false });
  assert.match(ignores, /It does not follow the glossary\./);
});
