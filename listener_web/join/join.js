/** The page with the code field: in the reader's language, with a sentence about a code that led nowhere. */
import { format } from '../i18n/format.js';
import { localise } from '../i18n/localise.js';
import { byId, pathSegment, setText } from '../shared/dom.js';

const typed = new URLSearchParams(location.search).get('code') ?? pathSegment(0);
const field = byId('code', HTMLInputElement);
field.value = typed;
field.select();
const strings = await localise();
document.title = strings.joinTitle;
if (typed !== '') {
  field.setAttribute('aria-invalid', 'true');
  setText(byId('problem', HTMLElement), format(strings.codeUnknown, { code: typed }));
}
