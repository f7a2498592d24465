/** Prints what the WebVTT validator of the W3C finds in files, and the cues that it reads. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , web, ...files] = process.argv;
const load = createRequire(`${web}/package.json`);
const { WebVTTParser } = load('webvtt-parser');
const entities = load('webvtt-parser/html-entities.json');
const found = files.map((file) => {
  const { errors, cues } = new WebVTTParser(entities).parse(readFileSync(file, 'utf8'), 'captions');
  const text = (node) => (node.type === 'text' ? node.value : (node.children ?? []).map(text).join(''));
  return {
    errors,
    times: cues.map((cue) => [cue.startTime, cue.endTime]),
    texts: cues.map((cue) => text(cue.tree)),
  };
});
process.stdout.write(JSON.stringify(found));
