/** @type {import('./strings.en.js').Strings} */
export default {
  pageTitle: 'Interprétation en direct',
  connecting: 'Connexion…',
  live: 'En direct',
  waiting: 'En attente de l’orateur',
  paused: 'En pause',
  reconnecting: 'Reconnexion…',
  queued: 'Dans la file d’attente…',
  queuedLonger:
    'Beaucoup de personnes se connectent. Vous êtes dans la file d’attente ; le son démarrera tout seul.',
  ended: 'L’événement est terminé',
  thanks: 'L’événement est terminé. Merci de votre participation.',
  restoring: 'L’interprétation revient dans un instant',
  listen: 'Écouter',
  stop: 'Arrêter',
  headphones: 'Mettez un casque et touchez Écouter',
  interrupted: 'Le son a été interrompu. Touchez Écouter pour continuer.',
  interpretationStopped:
    'L’interprétation est interrompue. L’original est sur le canal « Original ».',
  connectionLost:
    'La connexion est perdue. La page réessaie sans cesse. Il ne manquera rien du texte.',
  connectionLostListening:
    'La connexion est perdue. La page réessaie sans cesse. Vous manquerez une partie du son, mais rien du texte.',
  soundLost:
    'Le son s’est arrêté. Il reviendra tout seul. Ce que vous manquez est dans les sous-titres.',
  captionsLost:
    'Les nouveaux sous-titres n’arrivent pas pour le moment. Ils suivront, et aucun ne manquera.',
  volume: 'Volume',
  language: 'Langue',
  original: 'Original',
  sound: 'Son',
  captions: 'Sous-titres',
  captionsSoon: 'Les sous-titres apparaîtront ici dès que quelqu’un parlera.',
  wordsMissing: '(Il manque quelques mots ici.)',
  latest: 'Plus récent',
  settings: 'Réglages',
  textSize: 'Taille du texte',
  appearance: 'Apparence',
  system: 'Automatique',
  light: 'Clair',
  dark: 'Sombre',
  withFloor: 'L’original en fond sous la voix',
  lockedScreen: 'Continuer quand l’écran est verrouillé (le son arrive quelques secondes plus tard)',
  speakCaptions: 'Laisser mon lecteur d’écran lire les nouveaux sous-titres',
  needsBrowser:
    'Le son nécessite https ou un navigateur plus récent : mettez ce navigateur à jour ou ouvrez la page dans un autre. Les sous-titres fonctionnent ici.',
  soundFailed: 'Le son n’a pas pu démarrer. Rechargez la page pour réessayer.',
  notOpen: 'L’événement n’est pas encore ouvert. La page se connectera d’elle-même à l’ouverture.',
  noEvent: 'Aucun événement ici',
  wrongLink:
    'Rien n’est ouvert à cette adresse. Vérifiez le lien ou demandez à l’organisation. Si l’événement ouvre plus tard, la page se connectera.',
};
