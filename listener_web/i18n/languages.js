/** Finds the channel of an event that suits a reader's languages. */

/**
 * A channel that an attendee can choose, from `/e/{event}/info`.
 *
 * @typedef {object} Channel
 * @property {string} id `floor` or a BCP 47 tag
 * @property {string} name its own name for itself
 * @property {string} english_name
 * @property {string} dir `ltr`, `rtl` or `auto`
 * @property {string} [interpreter] `ai`; the floor has none
 * @property {string} [language] on the floor what the speaker speaks, a tag, once it is known
 */

/**
 * A tag's language, script and region. Missing ones are filled in from CLDR's likely subtags, so that
 * `zh-TW` matches `zh-Hant`. An unreadable tag matches only itself.
 *
 * @param {string} tag
 */
function parts(tag) {
  try {
    const { language, script, region } = new Intl.Locale(tag).maximize();
    return { language, script, region };
  } catch {
    return { language: tag.toLowerCase(), script: undefined, region: undefined };
  }
}

/**
 * How well a channel serves a wanted language: 0 not at all, 1 the same language, 2 the same script
 * too, 3 the same region too.
 *
 * @param {string} wanted
 * @param {string} offered
 */
function closeness(wanted, offered) {
  const a = parts(wanted);
  const b = parts(offered);
  if (a.language !== b.language) return 0;
  if (a.script !== b.script) return 1;
  return a.region === b.region ? 3 : 2;
}

/**
 * The best of the offered tags for the first wanted language that any of them serves.
 *
 * @param {readonly string[]} wanted the reader's languages, most wanted first
 * @param {readonly string[]} offered
 * @returns {string | undefined}
 */
export function bestMatch(wanted, offered) {
  for (const tag of wanted) {
    if (offered.includes(tag)) return tag;
    const ranked = offered
      .map((candidate) => ({ candidate, score: closeness(tag, candidate) }))
      .sort((a, b) => b.score - a.score);
    if (ranked[0] && ranked[0].score > 0) return ranked[0].candidate;
  }
  return undefined;
}

/**
 * The channel to begin with: the one asked for, or one in the phone's languages, or the floor.
 *
 * @param {readonly Channel[]} channels
 * @param {readonly (string | null)[]} asked tags that go before the phone's languages
 * @param {readonly string[]} phone
 * @returns {Channel}
 */
export function initialChannel(channels, asked, phone) {
  const ids = channels.map((channel) => channel.id);
  const wanted = [...asked.filter((tag) => tag !== null), ...phone];
  const id = bestMatch(wanted, ids) ?? 'floor';
  return channels.find((channel) => channel.id === id) ?? /** @type {Channel} */ (channels[0]);
}
