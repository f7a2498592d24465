"""Abbreviations by language, without their last full stop and without inner spaces.

An entry with a capital letter matches only a word with a capital letter: `Co` is a company, `co` a
Polish word. All other entries match both.
"""

ANYWHERE = (
    "dr prof st mr mrs ms mme vs cf ca tel fax resp incl excl gen col ph.d i.e e.g a.k.a approx"
)
"""Abbreviations that all languages use."""


NEVER_LAST: dict[str, str] = {
    "en": (
        "univ assn bldg cllr supt brig adm messrs hon rev capt cmdr lt sgt maj gov sen rep pres "
        "dept est viz al mt ft esp"
    ),
    "es": (
        "séc prov tlf srs cnel mtro mtra sr sra srta sres sras d dª dña dra drs dras lic ing "
        "arq ud uds vd vds av avda pza pl c/ p.ej p.e núm pág págs aprox tfno excmo excma mons "
        "fr sto sta gral cap cte dpto admón ej"
    ),
    "fr": (
        "boul adj dir M MM mlle mmes mlles mgr me av bd p.ex ex env éd fig chap art tél c.-à-d "
        "sté ste sts ss hab min.max"
    ),
    "de": (
        "gem okt dez febr phd verf hrsg übers geg ggü vorm nachm od abz hr hrn fr frl dipl ing "
        "mag med phil jur rer nat habil z.b z d.h d bzw vgl evtl ggf bspw sog u.a u i.d.r i i.a "
        "i.v o o.ä s.o s.u s zzgl inkl exkl abzgl einschl lt Nr geb gest ehem str pl bes insb "
        "insbes mio mrd tsd min max zz z.t z.zt z.hd m.e u.u u.v.m.d allg wiss kath ev"
    ),
    "it": (
        "sec prov cap c.d sig sigg sig.ra sig.na dott dott.ssa prof.ssa ing avv arch rag geom "
        "on egr gent spett p.es ad.es es pag pagg cfr v.le c.so p.za p.zza via.le cell n.b "
        "s.p.a ss mons don cav comm rev"
    ),
    "pt": (
        "séc v.exa exa tels srtas sr sra srta srs sras dra drs dras eng enga exmo exma av r "
        "p.ex ex pág págs núm profa cap gal ilmo ilma d sto sta lic arq aprox"
    ),
    "nl": (
        "m.a.w w.o z.s.m a.s bc dhr mevr mw drs ir ing bijv bv o.a a.u.b z d.w.z m.b.t m.n "
        "t.a.v n.a.v i.v.m o.l.v bijz blz nr evt zgn ong plm jl i.p.v t.o.v t.g.v vgl zie min "
        "max burg"
    ),
    "pl": (
        "im pt r.ż s.p pw hr kard abp bp p pp inż mgr hab lek red ks o św np m.in tj tzn tzw wg "
        "zob por ul al pl os płk kpt ppłk mjr sierż śp nr str rozdz godz tys mln mld ok zw woj "
        "gm pow dyr zast"
    ),
    "uk": (
        "дж о т.зв тт п пп проф акад доц др д-р гр св вул просп бул бульв пл пров м с смт обл "
        "р-н напр тобто т.з див порів пор ст стор рис табл ім тел буд кв корп оф о.о т зам інж "
        "гол наук"
    ),
    "ru": (
        "пр дж им акад т.наз т.е т.н т.к п пп проф доц др.им д-р г гг гр св ул просп пр-т пл "
        "пер б-р бул д стр корп кв обл р-н пос с см ср напр ст рис табл тел оф т тов мл зам инж "
        "гл н.э.до вкл искл ок о"
    ),
    "tr": (
        "av doç yrd uzm öğr gör sn bay bkz örn vb.gibi mah cad sok sk bul blv apt no alb bnb "
        "yzb üstğm tğm kur müh mim vet ecz hz ing fr alm ort yak s yy md"
    ),
    "el": (
        "κ κα κκ κος δρ καθ π.χ πχ δηλ βλ πρβλ αρ αριθ σελ λεωφ οδ τηλ τ.μ εκατ δισ χιλ αγ στρ "
        "ταγ συντ υπ μ.τ περ κεφ άρθ παρ εδ"
    ),
    "ar": "د أ م ص ت ج ق ه أ.د م.م",
    "he": "ד פרופ עמ' מס' גב' מר' ר' ה",
    "fa": "د دکتر.ا ر.ک ص ج",
    "hi": (
        "श्री सुश्री कि.मी ई.पू मि डॉ डा श्री.मान प्रो सं पं कु मो उदा जे आर के एस एम पी बी सी डी ए वी एन टी"
    ),
    "th": (
        "ดร ผศ รศ ศ นพ พญ พ.ต.อ น.ส นาย.พล พล.อ พ.ศ ค.ศ ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค ส.ค ก.ย "
        "ต.ค พ.ย ธ.ค โทร ถ จ อ ต ม เลขที่ รพ ร.ร กม ซม มม กก"
    ),
    "vi": "tskh bsckii cn ls ts ths gs pgs bs ks ths.bs ông.bà tp q p đ.c đt v.d vd tr nxb Mr tt",
    "id": (
        "pt cv tn ny yg d.a ds kp dra drs ir h hj kh jl jln gg kec kab kel bpk no tlp telp hlm "
        "hal mis yth sdr sdri bp ibu.dr a.n u.p s.d tgl rp jend kol let"
    ),
    "cs": (
        "p pí sl ing mgr bc mudr judr phdr doc ul nám tř č čp např tj tzv tzn str kap sv plk "
        "por kpt mj cca příp popř"
    ),
    "sk": "p ing mgr doc ul nám č napr tj tzv tzn str sv plk cca príp",
    "hu": "id ifj özv u pl ún kb ill vö ld sz old",
    "sv": "t.ex bl.a d.v.s s.k f.d fr.o.m t.o.m kap sid jfr hr nr",
    "da": "f.eks bl.a dvs hr fr nr kap jf skt",
    "no": "f.eks bl.a dvs hr fr nr kap jf",
    "fi": "esim ts toim mm ym.muuta ks vrt s n nk",
    "ro": "dl dna dra dvs ing str bd nr pag de.ex ex jud sf",
    "bg": "г г-н г-жа д-р проф доц инж ул бул напр т.е т.нар стр вж ср св гр",
    "hr": "g gđa dipl ing ul npr tj tzv sv br str odn",
    "ca": "sr sra d núm pàg av pl c p.ex",
}
"""Abbreviations that never end a sentence: titles, `for example` and others."""
MAY_BE_LAST: dict[str, str] = {
    "en": (
        "etc p.m a.m Inc Ltd Co Corp Bros Jr Sr Esq b.c a.d c.e b.c.e et.al ff ave blvd rd Jan "
        "Feb Aug Sept Oct Nov Dec"
    ),
    "es": "etc p.m a.m s.a s.l ee.uu ss.mm rr.hh aa.vv cía d.c a.c q.e.p.d",
    "fr": "etc s.a j.-c av.j.-c apr.j.-c s.v.p cie Jr",
    "de": "mwst ust usw etc u.ä u.v.m ff f n.chr v.chr Chr co jh jhd std a.d ü.d.m jr sen i.r a.m",
    "it": "ecc etc s.p.a s.r.l a.c d.c s.n.c p.v c.a jr",
    "pt": "etc s.a ltda cia a.c d.c p.m a.m jr",
    "nl": "enz etc e.d e.a n.v b.v v.chr n.chr jr sr p.st m.v a.d",
    "pl": "itd itp etc n.e p.n.e r w wś in jr sp.z.o.o s.a zł gr cd",
    "uk": "т.д т.п т.ін ін р рр н.е до.н.е грн коп млн млрд тис год хв сек кг",
    "ru": "т.д т.п др н.э до.н.э р руб коп млн млрд тыс час мин сек в вв",
    "tr": "vb vs vd m.ö m.s a.ş ltd şti tic",
    "el": "π.Χ μ.Χ κ.λπ κλπ κ.ά κ.ο.κ π.μ μ.μ ε.ε η.π.α α.ε ο.η.ε",
    "vi": "v.v vv tcn scn",
    "id": "dll dsb dst spt m sm tbk s.h s.e",
    "cs": "atd apod aj n.l př.n.l s.r.o a.s hod min kč r tis mil",
    "sk": "atď apod n.l pred.n.l s.r.o a.s hod tis",
    "hu": "stb kft bt zrt rt i.sz i.e",
    "sv": "etc osv m.m m.fl e.kr f.kr",
    "da": "osv etc m.m m.fl e.kr f.kr",
    "no": "osv etc m.m e.kr f.kr",
    "fi": "jne ym yms eaa jaa",
    "ro": "etc ș.a s.a d.hr î.hr",
    "bg": "т.н др пр н.е лв",
    "hr": "itd itsl i.sl pr.kr n.e",
    "ca": "etc s.a a.c d.c",
}
"""Abbreviations that may end a sentence."""
BEFORE_NUMBER: dict[str, str] = {
    "en": (
        "no nos nr p pp art fig vol ch sec par ed vers ver eq jan feb mar apr jun jul aug sept "
        "sep oct nov dec"
    ),
    "es": "s n nº p pp art arts fig vol cap ley tomo t",
    "fr": "n nº p pp vol t chap art al",
    "de": "s abs art kap bd abb tab nr jg rn ziff no vers ab",
    "it": "n nn p pp art artt vol cap c fig tav",
    "pt": "n nº p pp art arts vol cap fig",
    "nl": "nr art p pp fig hfst vers kap",
    "pl": "nr art ust pkt poz s str t rys tab r",
    "uk": "п ст ч р рис табл т №",
    "ru": "п ст ч рис табл т гл №",
    "tr": "md mad s ss sf no",
    "el": "αρ σ σσ άρ τ",
    "vi": "số đ k",
    "id": "no ps pasal hal",
    "cs": "č s odst čl kap obr",
    "sv": "s kap nr",
}
"""Words that are abbreviations only before a number: `No. 5`."""

ORDINALS = frozenset(
    {
        "bs",
        "cs",
        "da",
        "de",
        "et",
        "fi",
        "fo",
        "hr",
        "hu",
        "is",
        "lv",
        "nb",
        "nn",
        "no",
        "pl",
        "sk",
        "sl",
        "sr",
        "tr",
    }
)
"""Languages that write `3.` for `third`."""
