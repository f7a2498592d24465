/** The player with what most phones play by, in one file: the sound waits for one answer of the server. */
import { inspector } from '../attendee/inspector.js';
import { Player } from '../player/player.js';
import { addressOf, usableTransports } from '../player/transports.js';

export const sound = { Player, addressOf, inspector, usableTransports };
