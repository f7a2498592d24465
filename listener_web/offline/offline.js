/**
 * The page that `service-worker.js` shows in the place of an event's page while there is no network. It has
 * the same address, so it only needs to be loaded again.
 */
import { localise } from '../i18n/localise.js';
import { send } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { byId } from '../shared/dom.js';
import { Wait, onNetworkReturn, unlessUnseen } from '../shared/network.js';

const backoff = new Backoff(1_000, 10_000);
const wait = new Wait();

/** Whether the page would come if it were loaded now. */
async function isBack() {
  try {
    await send(location.href, { method: 'HEAD', cache: 'no-store' });
    return true;
  } catch {
    return false;
  }
}

void localise().then(({ offlineTitle }) => (document.title = offlineTitle));
onNetworkReturn(() => wait.end());
byId('again', HTMLButtonElement).addEventListener('click', () => wait.end());
do await wait.pass(unlessUnseen(backoff.nextMs()));
while (!(await isBack()));
location.reload();
