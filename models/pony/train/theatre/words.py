"""How each thing of the theatre is called, in English and in Chinese. The first wording is the usual one.

Nothing is called in a way that would also fit another entry, as obedience is measured by these words.
"""

from __future__ import annotations

Wording = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]

#: Colour words.
COLOUR_WORDS: Wording = {
    "red": (("red", "bright red"), ("红色", "大红色")), "orange": (("orange",), ("橙色", "橘色")), "yellow": (("yellow",), ("黄色",)),
    "green": (("green",), ("绿色",)), "blue": (("blue",), ("蓝色",)), "purple": (("purple", "violet"), ("紫色",)), "pink": (("pink",), ("粉色", "粉红色")),
    "white": (("white",), ("白色",)), "black": (("black",), ("黑色",)), "brown": (("brown",), ("棕色", "褐色")),
}
KIND_WORDS: Wording = {
    "pony": (("pony", "little horse", "paper pony", "horse"), ("小马", "纸小马", "马")), "girl": (("girl", "little girl"), ("女孩", "小女孩", "小姑娘")),
    "boy": (("boy", "little boy"), ("男孩", "小男孩")), "woman": (("woman", "young woman", "lady"), ("女人", "年轻女子", "女士")),
    "man": (("man", "young man", "man with a beard"), ("男人", "年轻男子", "先生")),
    "grandmother": (("grandmother", "old woman", "granny"), ("奶奶", "老奶奶", "老妇人")), "grandfather": (("grandfather", "old man", "grandpa"), ("爷爷", "老爷爷", "老先生")),
    "robot": (("robot", "little robot", "toy robot"), ("机器人", "小机器人")), "cat": (("cat", "grey cat", "kitten"), ("猫", "小猫", "灰猫")),
    "dog": (("dog", "puppy", "little dog"), ("狗", "小狗")), "fox": (("fox", "little fox"), ("狐狸", "小狐狸")), "rabbit": (("rabbit", "bunny", "white rabbit"), ("兔子", "小兔子", "小白兔")),
    "bear": (("bear", "brown bear", "little bear"), ("熊", "小熊", "棕熊")), "panda": (("panda", "little panda"), ("熊猫", "大熊猫")), "owl": (("owl", "little owl"), ("猫头鹰", "小猫头鹰")),
}
#: What is coloured: the figure itself, or what it wears.
GARMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "girl": (("in a {} dress", "wearing a {} dress", "in {}"), ("穿着{}裙子的", "穿{}连衣裙的")), "boy": (("in a {} jumper", "wearing a {} sweater", "in {}"), ("穿着{}毛衣的",)),
    "woman": (("in a {} coat", "wearing a {} coat", "in {}"), ("穿着{}大衣的", "穿{}外套的")), "man": (("in a {} jacket", "wearing a {} jacket", "in {}"), ("穿着{}夹克的", "穿{}外套的")),
    "grandmother": (("in a {} shawl", "wearing a {} shawl", "in {}"), ("披着{}披肩的",)), "grandfather": (("in a {} waistcoat", "wearing a {} vest", "in {}"), ("穿着{}背心的", "穿{}马甲的")),
    "animal": (("in a {} jumper", "wearing a {} sweater", "in {}", "in a {} pullover"), ("穿着{}毛衣的", "穿{}衣服的")),
}
PLACE_WORDS: Wording = {
    "meadow": (("in a meadow", "on a green meadow", "in a field of flowers", "in the meadow"), ("在草地上", "在开满鲜花的草地上", "在绿色的草地上")),
    "city": (("in a city street", "in the city", "in the street of a city", "in a busy town street"), ("在城市街道上", "在城市里", "在街上")),
    "sea": (("by the sea", "on the beach", "at the seaside", "on a sandy beach"), ("在海边", "在沙滩上", "在海滩上")),
    "forest": (("in a forest", "in the woods", "among the fir trees", "in the forest"), ("在森林里", "在树林里", "在林间")),
    "room": (("in a living room", "in a cosy room", "at home", "in a room"), ("在房间里", "在客厅里", "在家里")),
    "stage": (("on a stage", "on a theatre stage", "on the stage of a theatre"), ("在舞台上", "在剧院的舞台上")),
    "mountains": (("in the mountains", "in front of snowy mountains", "by a mountain lake"), ("在山里", "在雪山前", "在高山湖边")),
    "desert": (("in the desert", "in a desert with cactuses", "among the dunes"), ("在沙漠里", "在仙人掌沙漠中")),
    "village": (("in a village", "in a little village", "in front of cottages"), ("在村庄里", "在小村子里", "在乡村小屋前")),
    "library": (("in a library", "among bookshelves", "in a room full of books"), ("在图书馆里", "在书架之间")),
}
#: The same places as the thing that is seen.
VIEW_WORDS: Wording = {
    "meadow": (("a meadow", "a field of flowers"), ("一片草地", "开满鲜花的草地")), "city": (("a city street", "a street with tall houses"), ("一条城市街道",)),
    "sea": (("a beach", "the sea"), ("一片海滩", "大海")), "forest": (("a forest", "the woods"), ("一片森林",)), "room": (("a cosy room", "a living room"), ("一个温馨的房间",)),
    "stage": (("an empty stage", "a theatre stage"), ("一座空舞台",)), "mountains": (("snowy mountains", "a mountain lake"), ("雪山", "高山湖泊")),
    "desert": (("a desert", "a desert with cactuses"), ("一片沙漠",)), "village": (("a village", "cottages in a village"), ("一个村庄",)), "library": (("a library", "shelves full of books"), ("一座图书馆",)),
}
TIME_WORDS: Wording = {
    "dawn": (("at dawn", "at sunrise", "early in the morning"), ("清晨", "黎明", "日出时")), "noon": (("at noon", "by day", "in bright daylight"), ("中午", "白天", "正午")),
    "sunset": (("at sunset", "in the evening light", "at dusk"), ("日落时", "傍晚", "黄昏")), "night": (("at night", "in the night", "under the night sky"), ("夜晚", "夜里", "晚上")),
}
WEATHER_WORDS: Wording = {
    "rain": (("in the rain", "it is raining", "on a rainy day"), ("下着雨", "雨中", "下雨天")), "snow": (("in the snow", "it is snowing", "while snow falls"), ("下着雪", "雪花飘落", "下雪天")),
    "fog": (("in the fog", "on a foggy day", "in thick mist"), ("大雾中", "雾天", "雾气弥漫")), "clear": (("under a clear sky", "in clear weather"), ("天气晴朗", "晴天")),
}
SHOT_WORDS: Wording = {
    "wide": (("wide shot", "a wide shot", "long shot, full figure"), ("全景", "远景")), "medium": (("medium shot", "a medium shot"), ("中景",)), "close": (("close-up", "a close-up", "close shot of the face"), ("特写", "近景特写")),
}
CAMERA_WORDS: Wording = {
    "still": (("the camera is still", "the camera does not move", "static camera"), ("镜头固定", "镜头不动")), "pan left": (("the camera slowly pans left", "slow pan to the left"), ("镜头缓慢向左移", "镜头慢慢左摇")),
    "pan right": (("the camera slowly pans right", "slow pan to the right"), ("镜头缓慢向右移", "镜头慢慢右摇")), "zoom in": (("the camera slowly zooms in", "slow zoom in", "the camera moves closer"), ("镜头缓慢推近", "镜头慢慢拉近")),
    "zoom out": (("the camera slowly zooms out", "slow zoom out", "the camera moves back"), ("镜头缓慢拉远", "镜头慢慢后退")),
}
ACTION_WORDS: Wording = {
    "nod": (("nods", "is nodding", "nods its head"), ("点头", "不停地点头")), "shake head": (("shakes its head", "is shaking its head"), ("摇头",)),
    "look around": (("looks around", "looks left and right", "turns its head to both sides"), ("左右张望", "四处看")), "blink": (("blinks", "blinks slowly", "keeps blinking"), ("眨眼睛", "不停眨眼")),
    "wave": (("waves", "is waving", "waves a hand"), ("挥手", "招手")), "dance": (("dances", "is dancing"), ("跳舞",)), "jump": (("jumps", "is jumping", "jumps up and down"), ("跳跃", "蹦蹦跳跳")),
    "walk right": (("walks to the right", "walks from left to right"), ("向右走", "从左走到右")), "walk left": (("walks to the left", "walks from right to left"), ("向左走", "从右走到左")),
}
HAT_WORDS: Wording = {
    "top hat": (("a black top hat", "a top hat"), ("黑色礼帽", "礼帽")), "straw hat": (("a straw hat",), ("草帽",)), "woolly hat": (("a blue woolly hat", "a bobble hat"), ("蓝色毛线帽", "毛线帽")),
    "crown": (("a golden crown", "a crown"), ("金色王冠", "王冠")), "wizard hat": (("a wizard hat", "a pointed hat with stars"), ("巫师帽", "星星尖帽")), "flower wreath": (("a flower wreath", "a wreath of flowers"), ("花环",)),
}
PROP_WORDS: Wording = {
    "umbrella": (("a red and white umbrella", "an umbrella"), ("一把红白伞", "一把伞")), "balloon": (("a red balloon", "a balloon"), ("一个红气球", "一个气球")),
    "lantern": (("a glowing lantern", "a lantern"), ("一盏发光的灯笼", "一盏灯笼")), "flower": (("a yellow flower", "a sunflower"), ("一朵黄花", "一朵向日葵")),
    "book": (("an open book", "a book"), ("一本打开的书", "一本书")), "guitar": (("a guitar",), ("一把吉他",)), "gift": (("a gift box", "a present"), ("一个礼物盒", "一份礼物")),
}
HAIR_WORDS: Wording = {
    "black": (("black hair",), ("黑头发",)), "brown": (("brown hair",), ("棕色头发",)), "blonde": (("blonde hair", "golden hair"), ("金发",)), "red": (("red hair",), ("红头发",)),
}
MANE_WORDS: Wording = {
    "pink": (("a pink mane",), ("粉色鬃毛",)), "golden": (("a golden mane",), ("金色鬃毛",)), "white": (("a white mane",), ("白色鬃毛",)), "blue": (("a blue mane",), ("蓝色鬃毛",)),
    "rainbow": (("a rainbow mane",), ("彩虹鬃毛",)),
}
SPEAK_WORDS = (("speaks", "talks", "is talking", "says something"), ("在说话", "正在说话", "开口说话"))
#: The voice that suits a kind, by the names of the voices package.
VOICES: dict[str, tuple[str, ...]] = {
    "girl": ("girl",), "boy": ("boy",), "woman": ("woman",), "man": ("man",), "grandmother": ("old woman",), "grandfather": ("old man",), "robot": ("robot",),
    "pony": ("woman", "girl"), "cat": ("woman",), "dog": ("man",), "fox": ("woman",), "rabbit": ("girl",), "bear": ("man",), "panda": ("boy",), "owl": ("old man",),
}
#: A paper world: said or not, it is always so.
STYLE_WORDS = (("Paper-cut theatre.", "Cut paper style.", "A paper theatre scene."), ("剪纸风格。", "纸艺剧场。"))
