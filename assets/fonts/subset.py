"""Makes NotoSansCJK-Bold-subset.ttc out of Debian's NotoSansCJK-Bold.ttc (package fonts-noto-cjk, release 2.004).

    python3 -m venv venv && venv/bin/pip install fonttools==4.68.0
    venv/bin/python subset.py /usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc NotoSansCJK-Bold-subset.ttc

The five faces keep their names. They share one table of outlines, as they do in the whole family: a face is little more than
its own table of which character has which outline, because the same character is drawn otherwise in Beijing, Taipei, Hong
Kong, Tokyo and Seoul. A character that a region does not commonly use is there in the drawing of another region.
"""

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

# Said and written in Hong Kong, outside the first level of Big5.
CANTONESE = (
    "㗎㗇㗾㞘㨃㩒㩿㪐㷫㾓丫乜乸亓佢佬俾倔傢僆儍冚冧冷冇凼凸凹刐剎劏叻吔吖吥吽呃呔呢呷咁咋咗咧咩咪咭咯咿哋哎哣哽唂唅唎唓唔唞唥"
    "啋啖啩啫啱啲喎喐喥喱喺喼嗌嗰嗱嗲嗻嘅嘈嘍嘞嘟嘢嘥嘩噃噉噏噚噤嚟囉囡囖圳埋埗埞埲堷塱墟墩奀孖孻孭屌屎屘屙屚岩嶺巉廁彈徑"
    "慳戥扂拃拎拗挐捩掂掅掟掹揈揗揦揩揸揼搇搣搲搵摙摱摷撚撩擝擸攋攞攰攬攣曱朘杬枱柒桔梘梳榃樖橙氹沖沙泵涌淥淰渧滘漖潷炆炩烚焗"
    "煀煲熒燉爆爛牀牙犀猄瓹甩甴畀疴瘀痾癐皰睇睺瞓瞌矋砵碌碧磡禤稔竇粢粿糉糭紥紮綳繑纜罅罉罌罨羋翳耷胭脷腍腩膥臊舂艔艶芫茘荽"
    "萵葜蒟蔃藠虢蚊蛤蜑蝕蝦蟛蟧蟻衭裇裏褦褸覅覰詏詐諗諸謦譖豉貎賒趷趺趿踎踭蹺躀躉躝軚軭逗邨邋鄺鉎鋪錶鎅鎚鏟鑊鑿閂閪隻靚鞋"
    "鞦韞頦頹飛餸饅騎騮骹髀髧鬍魷鮓鯇鯪鯭鰂鰦鱔鱲鴝鶉鷄麪麵黐齋齙龅"
)
# Written in today's short clips, outside GB 2312.
MODERN = "囍囧槑喆堃昇珺玥璟晞煊焱骉怼撸嘚瑟啰嗦靓婳祎赟翀晔烜珏琍甯頔朤氼叕砼咲嗰喵哒唷嘤噗嘞噜啵哔嗷呲咻啧嗝嗨噢哟呐"
# Common in Japanese, outside the first level of JIS X 0208: the rest of the jōyō and well-known names.
JAPANESE = "彙傲慄憧憬沃旺昧曖潰瘍痩瞳瞭稽羞羨臆艶苛萎蔽蔑詣詮諦謎豹貌貪賂辣遜遡醒錦錮闇韓頓頬餅骸鬱鹸麓彌凛凜凪匂咲喰噛囁嘘囀朧檜煌燦琥珀瑠璃碧萌葵蒼蓮薔薇蘭衿譚遥遙鶯麒麟龍俺僕儚刹那叡嗚咽姐娯婉嬉孵屍嵐崖巷幌弄彷彿徘徊怯恣惧愕慟拉拭捉捗挨捻摯擦昂晄曙杏栞桐梨椎楓樂檻氾汎沙沫洒淫渾湧溺滲滾漣濤瀾灼炙焔焚煽燐爪牙狐狼狙猫玩玲琴畏畿疹痕眩眸睦睨瞑祟禍禿秤稜穢窄窟竪笠箋籠粋粥紋紗紬絆綴緋縞繋繍罠罵羅翔翠聡肋肘股肢脇脆腎腫膝膳舐舷芯芹苺茜茨荊莉菫葛葡萄蓋蕎麦藍藤蛍蛙蜂蜘蛛蜜蝉蝶蠢裾覗訊訝詫誰誹諧謳讃豚貼賑蹴躊躇躍躯軋軒轟辿迂迸逝逢遮遼那邪郁醤釘釜鈍鈴鋭鍋鍵鎌鎧鎮鐘鑑閃閲闊隈隙雀雫霞靄靡鞄頃頷顎飄飴餓駆駒騙驕骨髭鬼魅鮎鮫鮮鯉鰹鰻鱗鳩鳳鴉鴨鷹鷲鹿麹黎黛鼓齧"
# Signs of all kinds that captions carry.
SIGNS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x218, 0x219, 0x21A, 0x21B, 0x1E9E])) + (
    "‐‑‒–—―‖‘’‚“”„†‡•‥…‰′″‹›※‼⁇⁈⁉⁰⁴⁵⁶⁷⁸⁹₀₁₂₃€₩₿℃℉№℡™Ω←↑→↓↔↕⇒⇔∀∂∃∇∈∏∑−√∝∞∠∧∨∩∪∫∴≈≠≡≤≥⊂⊃⊥⌘⏎①②③④⑤⑥⑦⑧⑨⑩"
    "─│■□▲△▶▷▼▽◀◁◆◇○◎●◯★☆☎♀♂♠♡♣♤♥♦♧♨♩♪♫♬♭♯✓✔✕✗❤➀➔㈱㊗㊙㍻㎏㎝㎡＂＇"
)


def decoded(codec, leads, trails):
    """The characters of the double-byte rows of an old standard."""
    for lead in leads:
        for trail in trails:
            try:
                yield bytes([lead, trail]).decode(codec)
            except UnicodeDecodeError:
                pass


def rows(codec, first, last):
    """Rows of a standard of 94 by 94."""
    return set(decoded(codec, range(first + 0xA0, last + 0xA1), range(0xA1, 0xFF)))


def span(first, last):
    return set(map(chr, range(first, last + 1)))


def wanted():
    """What each region writes: face index in the collection, characters whose drawing of that region is kept."""
    punctuation = span(0x3000, 0x3020) | span(0xFF01, 0xFF65) | span(0xFFE0, 0xFFE6) | set(SIGNS)
    kana = span(0x3041, 0x3096) | span(0x3099, 0x30FF) | span(0x31F0, 0x31FF) | span(0xFF66, 0xFF9F)
    big5 = {c for c in decoded("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])}
    big5 = {c for c in big5 if "\u4e00" <= c <= "\u9fff"}
    traditional = big5 - set(decoded("big5", [0xC6], range(0xA1, 0xFF)))
    return {
        2: rows("gb2312", 16, 87) | set(MODERN) | punctuation | rows("gb2312", 1, 3),  # SC
        3: traditional | punctuation | span(0x3105, 0x3129),  # TC
        4: traditional | set(CANTONESE) | punctuation,  # HK
        0: rows("euc_jp", 16, 47) | set(JAPANESE) | kana | punctuation,  # JP
        1: rows("euc_kr", 16, 40) | span(0x3131, 0x318E) | punctuation,  # KR
    }


def main(source, target):
    family = TTCollection(source)
    sets = wanted()
    # The regions whose drawings stand in for a character that a face does not keep itself, the likeliest first.
    fallback = {0: [2, 3, 4, 1], 1: [0, 3, 2, 4], 2: [3, 4, 0, 1], 3: [4, 2, 0, 1], 4: [3, 2, 0, 1]}
    maps = {face: family.fonts[face].getBestCmap() for face in sets}
    kept = {face: {ord(c) for c in sets[face]} & maps[face].keys() for face in sets}
    everything = sorted(set().union(*kept.values()))
    glyphs = {maps[face][c] for face in sets for c in kept[face]}

    faces = []
    for face, others in sorted(fallback.items()):
        font = family.fonts[face]
        font.recalcTimestamp = False
        chosen = {}
        for c in everything:
            # A drawing of its own that another region brought in anyway comes first.
            own = maps[face].get(c)
            source_of = next((f for f in [face, *others] if c in kept[f]), None)
            chosen[c] = own if own in glyphs else maps[source_of][c]
        for table in font["cmap"].tables:
            if table.format in (4, 12):
                table.cmap = {c: g for c, g in chosen.items() if table.format == 12 or c < 0x10000}
        font["cmap"].tables = [t for t in font["cmap"].tables if t.format in (4, 12)]

        options = Options()
        options.layout_features = []
        options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
        options.hinting = False
        options.notdef_outline = True
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        options.name_languages = [0x409]
        options.recalc_timestamp = False
        subsetter = Subsetter(options)
        subsetter.populate(glyphs=sorted(glyphs), unicodes=everything)
        subsetter.subset(font)
        faces.append(font)

    family.fonts = faces
    family.save(target, shareTables=True)
    print(len(everything), "characters,", len(glyphs), "glyphs", {f: len(k) for f, k in kept.items()})


main(*sys.argv[1:])
