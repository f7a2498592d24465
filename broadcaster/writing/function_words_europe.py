"""Function words of European languages and Turkish."""

from broadcaster.writing.word_kinds import FunctionWords

EUROPE: dict[str, FunctionWords] = {
    "en": FunctionWords(
        conjunctions=(
            "and or but nor so yet because although though while whereas if unless until "
            "when where who whom whose which that since after before as than whether why "
            "how"
        ),
        prepositions=(
            "of in on at to for with from by about into onto over under between among "
            "through during against without within across along around behind beyond "
            "despite towards toward upon via"
        ),
        articles=(
            "a an the my your his her its our their this these those no every each some any "
            "all not very is are was were be been have has had will would can could shall "
            "should may might must do does did more most"
        ),
        pronouns=(
            "i he she it we you they then there here now today however therefore thus let "
            "please what yes no thank good in at one two many also finally first"
        ),
    ),
    "es": FunctionWords(
        conjunctions=(
            "y e o u pero sino ni que porque aunque mientras si cuando donde quien "
            "quienes cual cuales cuyo cuya como pues luego así para por"
        ),
        prepositions=(
            "a ante bajo con contra de del al desde durante en entre hacia hasta mediante "
            "para por según sin sobre tras"
        ),
        articles=(
            "el la los las un una unos unas mi mis tu tus su sus nuestro nuestra nuestros "
            "nuestras este esta estos estas ese esa cada todo todos todas no se me te nos lo "
            "le les muy más ha han he hemos es son ser está están cualquier ningún ninguna"
        ),
        pronouns=(
            "yo él ella ello usted ustedes nosotros ellos ellas después entonces hoy ahora "
            "aquí también además sí gracias qué quién"
        ),
    ),
    "fr": FunctionWords(
        conjunctions=(
            "et ou mais donc or ni car que qu' parce puisque quoique lorsque quand si "
            "comme dont où qui tandis afin"
        ),
        prepositions=(
            "à au aux de du des d' dans en par pour sur sous avec sans entre vers chez "
            "contre depuis pendant avant après selon malgré dès jusqu'à"
        ),
        articles=(
            "le la les l' un une mon ma mes ton ta tes son sa ses notre nos votre vos leur "
            "leurs ce cet cette ces chaque tout toute tous toutes ne n' se s' me m' te t' y "
            "très plus est sont a ont être avoir pas"
        ),
        pronouns=(
            "je j' tu il elle on nous vous ils elles puis ensuite alors aujourd'hui "
            "maintenant ici c' ça cela voici merci oui non"
        ),
    ),
    "de": FunctionWords(
        conjunctions=(
            "und oder aber sondern denn dass weil obwohl während wenn falls als ob damit "
            "sobald solange bevor nachdem wo wie doch"
        ),
        prepositions=(
            "in im an am auf aus bei beim mit nach von vom zu zum zur für durch gegen "
            "ohne um über unter vor hinter neben zwischen seit bis trotz wegen gegenüber "
            "ins ans"
        ),
        articles=(
            "der die das den dem des ein eine einen einem einer eines mein meine dein sein "
            "seine ihr ihre ihren unser unsere unseren euer kein keine keinen dieser diese "
            "dieses diesen jeder jede jedes jeden alle nicht sehr ist sind war waren hat "
            "haben wird werden kann"
        ),
        pronouns=(
            "ich du er sie es wir man dann da danach heute jetzt hier so auch danke ja nein "
            "was wer deshalb dazu dort"
        ),
    ),
    "it": FunctionWords(
        conjunctions=(
            "e ed o oppure ma però né che perché affinché sebbene mentre se quando dove "
            "chi cui come quindi dunque anche"
        ),
        prepositions=(
            "a ad al allo alla ai agli alle di del dello della dei degli delle da dal "
            "dallo dalla dai dalle in nel nello nella nei negli nelle con su sul sulla "
            "sui per tra fra contro durante senza verso dopo prima"
        ),
        articles=(
            "il lo la i gli le l' un uno una un' mio mia tuo suo sua suoi sue nostro nostra "
            "nostri questo questa questi queste quel quella ogni tutto tutti tutte non si mi "
            "ti ci vi ne molto più è sono ha hanno ho abbiamo essere"
        ),
        pronouns="io lui lei noi voi loro poi allora oggi ora qui così grazie sì no",
    ),
    "pt": FunctionWords(
        conjunctions=(
            "e ou mas porém nem que porque embora enquanto se quando onde quem qual quais "
            "cujo cuja como pois portanto"
        ),
        prepositions=(
            "a ao aos à às de do da dos das em no na nos nas num numa com contra desde "
            "durante entre até para por pelo pela pelos pelas perante sem sob sobre "
            "segundo"
        ),
        articles=(
            "o os as um uma uns umas meu minha teu seu sua seus suas nosso nossa nossos "
            "nossas este esta estes estas esse essa cada todo toda todos todas não se me te "
            "lhe lhes muito mais é são está estão foi tem têm ser"
        ),
        pronouns=(
            "eu ele ela nós vós eles elas você vocês então depois hoje agora aqui também "
            "obrigado obrigada sim"
        ),
    ),
    "nl": FunctionWords(
        conjunctions=(
            "en of maar want noch dat omdat hoewel terwijl als wanneer indien waar wie "
            "die zodat voordat nadat toen tenzij"
        ),
        prepositions=(
            "aan achter bij binnen boven buiten door in langs met na naar naast om onder "
            "op over per rond sinds te tegen tot tussen uit van vanaf via volgens voor "
            "zonder ten ter"
        ),
        articles=(
            "de het een mijn jouw je zijn haar ons onze hun uw dit deze elk elke ieder iedere "
            "alle geen niet zeer meer is was waren heeft hebben wordt worden kan zal"
        ),
        pronouns=(
            "ik jij hij zij ze wij we u jullie dan daar daarna vandaag nu hier ook dank ja "
            "nee wat er"
        ),
    ),
    "pl": FunctionWords(
        conjunctions=(
            "i a oraz lub albo ale lecz ani że żeby aby bo ponieważ choć chociaż gdy "
            "kiedy jeśli jeżeli gdzie który która które którzy których którym którą jak "
            "niż więc czy"
        ),
        prepositions=(
            "w we z ze na do od dla o po za przez przed przy pod nad między bez u ku "
            "wśród podczas według oprócz"
        ),
        articles=(
            "ten ta to te ci tego tej mój moja nasz nasza nasze jego jej ich swój swoje każdy "
            "każda każde wszystkie wszyscy nie się bardzo jest są był była być"
        ),
        pronouns=(
            "ja ty on ona ono my wy oni one potem wtedy dziś dzisiaj teraz tutaj tu także "
            "dziękuję tak co kto"
        ),
    ),
    "uk": FunctionWords(
        conjunctions=(
            "і й та або чи але проте що щоб бо тому якщо коли де який яка яке які яких як ніж хоча"
        ),
        prepositions=(
            "в у з із зі на до від для про по за через перед при під над між без біля "
            "серед протягом"
        ),
        articles=(
            "цей ця це ці той та те ті мій наш наша наше їх його її свій свої кожен кожна "
            "кожне всі не дуже є був була бути"
        ),
        pronouns="я ти він вона воно ми ви вони потім тоді сьогодні зараз тут також дякую так хто",
    ),
    "ru": FunctionWords(
        conjunctions=(
            "и а или либо но однако что чтобы потому так если когда где который которая "
            "которое которые которых как чем хотя пока"
        ),
        prepositions=(
            "в во с со на до от для о об по за через перед при под над между без из к ко "
            "у около среди против ради"
        ),
        articles=(
            "этот эта это эти тот та те мой наш наша наше их его её свой свои каждый каждая "
            "каждое все не ни очень есть был была быть"
        ),
        pronouns=(
            "я ты он она оно мы вы они потом затем тогда сегодня сейчас теперь здесь также "
            "спасибо да нет кто всё"
        ),
    ),
    "tr": FunctionWords(
        conjunctions="ve veya ya ama fakat ancak ki çünkü eğer ne hem yoksa oysa",
        articles="bir bu şu o her bütün tüm bazı hiçbir çok daha en",
        pronouns="ben sen biz siz onlar sonra şimdi bugün burada ayrıca teşekkürler evet hayır",
        trailing=(
            "ile için gibi kadar göre karşı doğru rağmen beri önce sonra tarafından de da mi "
            "mı mu mü dahi ise değil olarak"
        ),
    ),
    "el": FunctionWords(
        conjunctions=(
            "και κι ή είτε αλλά όμως ούτε ότι πως διότι γιατί επειδή αν εάν όταν ενώ όπου "
            "που ώστε όπως καθώς"
        ),
        prepositions=(
            "σε στο στη στην στον στα στους στις από με για προς κατά μετά παρά χωρίς "
            "μέχρι έως μεταξύ ως πριν"
        ),
        articles=(
            "ο η το οι τα του της των τον την τους τις ένας μία μια ένα κάθε όλα όλοι όλες "
            "αυτός αυτή αυτό να θα δεν μην δε είναι πιο πολύ"
        ),
        pronouns="εγώ εσύ εμείς εσείς αυτοί έπειτα τότε σήμερα τώρα εδώ επίσης ευχαριστώ ναι όχι",
        trailing="μου σου μας σας",
    ),
}
