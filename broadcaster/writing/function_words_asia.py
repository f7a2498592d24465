"""Function words of the languages of Asia, except Turkish."""

from broadcaster.writing.word_kinds import FunctionWords

ASIA: dict[str, FunctionWords] = {
    "ar": FunctionWords(
        conjunctions=(
            "أو لكن ثم أن إن لأن إذا عندما حيث الذي التي الذين كما بينما حتى لكي بل وأن "
            "وإن ولا ولكن"
        ),
        prepositions="في من إلى على عن مع بين خلال حول ضد دون بدون تحت فوق قبل بعد عند منذ نحو لدى",
        articles="هذا هذه هؤلاء كل جميع بعض أي غير لا لم لن ما قد سوف ذات ذو",
        pronouns="هو هي نحن هم أنا أنت اليوم الآن هنا شكرا نعم",
    ),
    "he": FunctionWords(
        conjunctions="או אבל אך אלא כי אם כאשר כש אשר ש שבו שבה למרות לכן וגם ואת",
        prepositions="של על עם את אל מן בין לפני אחרי תחת מול ללא בלי אצל לפי כמו עד",
        articles="כל לא אין זה זאת אלה יש הוא היא",
        pronouns="אני אתה אנחנו הם הן היום עכשיו כאן גם תודה כן",
    ),
    "fa": FunctionWords(
        conjunctions="و یا اما ولی که زیرا چون اگر وقتی تا هرچند بلکه پس",
        prepositions="در از به با برای بر بین میان بدون درباره علیه پیش پس نزد طی",
        articles="این آن هر همه هیچ چند یک بسیار نمی می",
        pronouns="من تو او ما شما آنها امروز اکنون اینجا همچنین سپس ممنون بله",
        trailing="را ها های است هستند بود شد شود می‌شود",
    ),
    "hi": FunctionWords(
        conjunctions=(
            "और या लेकिन परंतु परन्तु किंतु कि क्योंकि यदि अगर जब जहाँ जो जिसे जिसका जिनके ताकि तो तथा एवं"
        ),
        articles="एक यह वह ये वे इस उस हर सभी कोई नहीं न बहुत अपने अपनी अपना",
        pronouns="मैं हम आप तुम फिर आज अब यहाँ धन्यवाद हाँ",
        trailing=("का के की को से में पर ने तक भी ही है हैं था थे थी हो गया गई द्वारा लिए साथ वाला वाले वाली"),
    ),
    "th": FunctionWords(
        conjunctions=(
            "และ หรือ แต่ เพราะ เพราะว่า ถ้า หาก เมื่อ ซึ่ง ที่ โดย จึง เพื่อ ว่า แม้ แม้ว่า ดังนั้น จน เพื่อที่ แล้ว"
        ),
        prepositions="ใน บน ของ จาก กับ ต่อ ด้วย แก่ ระหว่าง ตาม ใต้ สำหรับ ณ สู่ ถึง แห่ง อย่าง",
        articles="การ ความ ไม่ จะ ได้ ทุก เป็น นัก ผู้ ชาว ครั้ง คน กำลัง เคย ต้อง ควร มี",
        trailing="ๆ ฯ ครับ ค่ะ คะ นะ นี้ นั้น เหล่านี้ ด้วยกัน กัน ทั้งหลาย",
    ),
    "zh": FunctionWords(
        conjunctions=(
            "和 与 與 及 以及 或 或者 但 但是 而 而且 并 並 并且 因为 因為 "
            "所以 如果 当 當 虽然 雖然 因此 从而 不过 還是 还是 也 就 则 則"
        ),
        prepositions=(
            "在 对 對 对于 从 從 为 為 为了 把 被 由 向 以 于 於 按照 根据 通过 關於 关于 用 给 跟"
        ),
        articles=(
            "一 这 這 那 每 各 不 没 沒 没有 是 很 最 更 我们的 请 請 第 有 能 "
            "会 會 可以 应 應 要 将"
        ),
        trailing=(
            "的 了 着 著 过 地 得 们 們 吗 嗎 呢 吧 啊 上 里 裡 中 下 之 等 "
            "个 個 时 們的 年 月 日 号 者 性 间"
        ),
    ),
    "ja": FunctionWords(
        conjunctions=(
            "そして また しかし でも だから または あるいは なぜなら もし 及び "
            "および 並びに かつ それで"
        ),
        articles="この その あの どの 各 約 第 全 ご お 大 新",
        trailing=(
            "は が を に で と も の へ や から まで より ね よ か です ます "
            "する した して いる ある という こと もの"
        ),
    ),
    "ko": FunctionWords(
        conjunctions=("그리고 그러나 하지만 또는 혹은 및 그래서 왜냐하면 만약 또한 따라서 즉"),
        articles="이 그 저 각 모든 한 두 세 제 매우 더 가장 안 못 약",
        pronouns="저는 나는 우리는 오늘 지금",
        trailing=(
            "수 것 것이 것은 것을 있습니다 있다 없다 없습니다 합니다 한다 위해 위한 "
            "대한 대해 등 때 및 됩니다 된다 아니라"
        ),
    ),
    "vi": FunctionWords(
        conjunctions="và hoặc hay nhưng mà vì nếu khi rằng để thì tuy mặc dù do nên cho",
        prepositions=(
            "ở trong trên dưới của cho với từ đến tới về bằng bởi theo qua giữa tại vào ra cùng"
        ),
        articles=(
            "các những một mỗi mọi không chưa sẽ đã đang rất hơn nhất cái con chiếc người sự "
            "việc cuộc là được bị có phải"
        ),
        pronouns="tôi chúng ta ông bà anh chị họ nó sau hôm bây xin cảm vâng",
        trailing="này đó kia ấy",
    ),
    "id": FunctionWords(
        conjunctions=(
            "dan atau tetapi tapi namun karena sebab jika kalau ketika saat bahwa yang "
            "agar supaya sehingga meskipun serta sedangkan"
        ),
        prepositions=(
            "di ke dari pada dengan untuk oleh tentang antara dalam kepada terhadap tanpa "
            "sampai selama bagi menurut"
        ),
        articles=(
            "sebuah seorang suatu setiap semua para tidak bukan akan telah sudah sedang "
            "sangat lebih paling adalah ini"
        ),
        pronouns="saya kami kita anda dia mereka kemudian lalu hari sekarang terima ya",
        trailing="itu ini nya",
    ),
}
