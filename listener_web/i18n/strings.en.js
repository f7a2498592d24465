/** The attendee page in English, and the list of strings every language has. */
const strings = {
  pageTitle: 'Live interpretation',
  connecting: 'Connecting…',
  live: 'Live',
  waiting: 'Waiting for the speaker',
  paused: 'Paused',
  reconnecting: 'Reconnecting…',
  queued: 'In the queue…',
  queuedLonger:
    'Many people are joining right now. You are in the queue. The sound will start automatically.',
  ended: 'The event has ended',
  thanks: 'The event has ended. Thank you for joining.',
  restoring: 'Interpretation will be back in a moment',
  listen: 'Listen',
  stop: 'Stop',
  headphones: 'Put on headphones and tap Listen',
  interrupted: 'The sound was interrupted. Tap Listen to continue.',
  interpretationStopped:
    'Interpretation is interrupted. The original is on the channel “Original”.',
  connectionLost: 'The connection is lost. This page keeps trying. No text will be missing.',
  connectionLostListening:
    'The connection is lost. This page keeps trying. You will miss some of the sound, but none of the text.',
  soundLost:
    'The sound has stopped. It will come back by itself. What you miss is in the captions.',
  captionsLost: 'New captions are not arriving. They will follow, and none will be missing.',
  volume: 'Volume',
  language: 'Language',
  original: 'Original',
  sound: 'Sound',
  captions: 'Captions',
  captionsSoon: 'Captions appear here as soon as someone speaks.',
  wordsMissing: '(A few words are missing here.)',
  latest: 'Newest',
  settings: 'Settings',
  textSize: 'Text size',
  appearance: 'Appearance',
  system: 'Automatic',
  light: 'Light',
  dark: 'Dark',
  withFloor: 'Original quietly under the voice',
  lockedScreen: 'Keep playing when the screen is locked (the sound is a few seconds late)',
  speakCaptions: 'Let my screen reader speak new captions',
  needsBrowser:
    'Sound needs https or a newer browser: please update this browser or open the page in another one. Captions work here.',
  soundFailed: 'The sound could not be started. Reload the page to try again.',
  notOpen: 'This event is not open yet. This page will connect when it does.',
  noEvent: 'No event here',
  wrongLink:
    'Nothing is open at this address. Check the link, or ask the organizer. If the event opens later, this page will connect.',
};

/** @typedef {typeof strings} Strings */

export default strings;
