/** @type {import('./strings.en.js').Strings} */
export default {
  pageTitle: 'Live-Verdolmetschung',
  connecting: 'Verbindung wird hergestellt …',
  live: 'Live',
  waiting: 'Warten auf den Vortrag',
  paused: 'Pause',
  reconnecting: 'Verbindung wird erneuert …',
  queued: 'In der Warteschlange …',
  queuedLonger:
    'Gerade kommen viele dazu. Sie sind in der Warteschlange; der Ton beginnt von selbst.',
  ended: 'Die Veranstaltung ist beendet',
  thanks: 'Die Veranstaltung ist beendet. Danke, dass Sie dabei waren.',
  restoring: 'Die Verdolmetschung ist gleich wieder da',
  listen: 'Zuhören',
  stop: 'Stopp',
  headphones: 'Kopfhörer aufsetzen und auf Zuhören tippen',
  interrupted: 'Der Ton wurde unterbrochen. Zum Fortsetzen auf Zuhören tippen.',
  interpretationStopped:
    'Die Verdolmetschung ist unterbrochen. Das Original hören Sie auf dem Kanal „Original“.',
  connectionLost:
    'Die Verbindung ist unterbrochen. Die Seite versucht es weiter. Vom Text wird nichts fehlen.',
  connectionLostListening:
    'Die Verbindung ist unterbrochen. Die Seite versucht es weiter. Ihnen entgeht ein Teil des Tons, aber nichts vom Text.',
  soundLost:
    'Der Ton ist ausgefallen. Er kommt von selbst wieder. Was Sie verpassen, steht in den Untertiteln.',
  captionsLost:
    'Zurzeit kommen keine neuen Untertitel an. Sie folgen später, und keiner wird fehlen.',
  volume: 'Lautstärke',
  language: 'Sprache',
  original: 'Original',
  sound: 'Ton',
  captions: 'Untertitel',
  captionsSoon: 'Hier erscheinen Untertitel, sobald jemand spricht.',
  wordsMissing: '(Hier fehlen einige Wörter.)',
  latest: 'Neueste',
  settings: 'Einstellungen',
  textSize: 'Schriftgröße',
  appearance: 'Darstellung',
  system: 'Automatisch',
  light: 'Hell',
  dark: 'Dunkel',
  withFloor: 'Original leise unter der Stimme',
  lockedScreen: 'Bei gesperrtem Bildschirm weiterspielen (der Ton kommt einige Sekunden später)',
  speakCaptions: 'Neue Untertitel von meinem Screenreader vorlesen lassen',
  needsBrowser:
    'Ton braucht https oder einen neueren Browser: Aktualisieren Sie diesen Browser oder öffnen Sie die Seite in einem anderen. Untertitel funktionieren hier.',
  soundFailed: 'Der Ton konnte nicht gestartet werden. Laden Sie die Seite neu.',
  notOpen: 'Die Veranstaltung ist noch nicht geöffnet. Die Seite verbindet sich dann von selbst.',
  noEvent: 'Keine Veranstaltung gefunden',
  wrongLink:
    'Unter dieser Adresse ist nichts geöffnet. Prüfen Sie den Link oder fragen Sie die Veranstalter. Wird die Veranstaltung später geöffnet, verbindet sich die Seite.',
};
