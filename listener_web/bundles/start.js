/**
 * All that has to run before the page's own script, in one file: the colours, and what loads the page again
 * when a script does not come.
 *
 * It is loaded as a script that is no module, because the page waits for such a one before it shows anything.
 * What it imports is sent with it.
 */
import '../shared/load-again.js';
import '../shared/theme.js';
