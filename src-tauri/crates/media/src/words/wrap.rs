//! Where a line may break, and where it best does.
//!
//! Chinese and Japanese break between any two characters, except that closing marks never begin a line and opening marks never
//! end one (a small part of JIS X 4051 and of UAX #14). Korean and the languages of Europe break at spaces.

use std::ops::Range;

/// Runs of letters over this are cut without regard for the language, so that no text makes a line of any length.
const MAX_RUN: usize = 30;

/// What never comes apart: a word, or a Chinese or Japanese character, each with its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The letters.
    pub text: &'a str,
    /// What stands before it.
    pub gap: Gap,
}

/// What stands between two pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing.
    None,
    /// White space.
    Space,
    /// A line break that somebody wanted.
    Break,
}

/// Cuts a text where its lines may break. White space is no part of any piece.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut gap = Gap::None;
    let (mut start, mut count, mut last) = (0, 0, ' ');
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        let blank = c.is_whitespace() && c != '\u{a0}';
        if count > 0 && (blank || breaks(last, c) || (count >= MAX_RUN && !clings(c))) {
            pieces.push(Piece { text: &text[start..at], gap });
            (gap, count) = (Gap::None, 0);
        }
        if blank {
            let feeds = matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
            gap = if feeds || gap == Gap::Break { Gap::Break } else { Gap::Space };
        } else {
            if count == 0 {
                start = at;
            }
            count += 1;
        }
        last = c;
    }
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::None;
    }
    pieces
}

/// The letters of the pieces.
pub(super) fn words(text: &str) -> Vec<&str> {
    pieces(text).into_iter().map(|piece| piece.text).collect()
}

/// A run of pieces as one line of text.
pub(super) fn joined(pieces: &[Piece<'_>]) -> String {
    let mut line = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 && piece.gap != Gap::None {
            line.push(' ');
        }
        line.push_str(piece.text);
    }
    line
}

/// The lines of a text: as few as there can be within `limit`, of lengths as even as can be, and rather broken behind a mark
/// than elsewhere. A piece wider than the limit is a line of its own. `width` is the width of a text in any unit.
pub(super) fn lines(pieces: &[Piece<'_>], width: impl Fn(&str) -> f32, limit: f32) -> Vec<Range<usize>> {
    let limit = limit.max(1.0);
    let (own, space): (Vec<f32>, f32) = (pieces.iter().map(|piece| width(piece.text)).collect(), width(" "));
    let hang: Vec<f32> = pieces.iter().map(|piece| hang(piece.text, &width)).collect();
    // More than the slack of all lines together, so that a line less is always better.
    let each = (pieces.len() as f32 + 1.0) * limit * limit;
    // The least cost of all that comes before each piece, and where the last line of that begins.
    let mut best = vec![(f32::INFINITY, 0); pieces.len() + 1];
    best[0].0 = 0.0;
    for end in 1..=pieces.len() {
        let mut wide = 0.0;
        for start in (0..end).rev() {
            if start + 1 < end && pieces[start + 1].gap == Gap::Break {
                break;
            }
            let gap = if start + 1 < end && pieces[start + 1].gap != Gap::None { space } else { 0.0 };
            wide += own[start] + gap;
            if wide - hang[end - 1] > limit && start + 1 < end {
                break;
            }
            let torn = pieces.get(end).map_or(0.0, |next| tear(&pieces[end - 1], next)) * limit;
            let cost = best[start].0 + each + (limit - wide.min(limit)).powi(2) + torn.powi(2);
            if cost < best[end].0 {
                best[end] = (cost, start);
            }
        }
    }
    let mut lines = Vec::new();
    let mut end = pieces.len();
    while end > 0 {
        let start = best[end].1;
        lines.push(start..end);
        end = start;
    }
    lines.reverse();
    lines
}

/// Whether a line may break between these two.
fn breaks(before: char, after: char) -> bool {
    if clings(after) || closes(after) || opens(before) || before == '\u{200d}' {
        return false;
    }
    is_wide(before) || is_wide(after) || (opens(after) && closes(before))
}

/// Marks that are drawn upon, or together with, what stands before them.
fn clings(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// Marks that never begin a line.
fn closes(c: char) -> bool {
    "、。，．：；！？）」』】〕〉》〗〙〟’”｠｣､｡…‥—―～〜ー・·％‰℃°々ゝゞヽヾ〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯｰ!),.:;?]}%"
        .contains(c)
}

/// Marks that never end a line.
fn opens(c: char) -> bool {
    "（「『【〔〈《〖〘〝‘“｟｢([{＄￥￡$¥£€#＃@＠".contains(c)
}

/// How far a text may stand out of its line: half of a mark that fills half of its square.
pub(super) fn hang(text: &str, width: impl Fn(&str) -> f32) -> f32 {
    let last = text.char_indices().next_back().filter(|(_, c)| "、。，．：；！？".contains(*c));
    last.and_then(|(at, _)| text.get(at..)).map_or(0.0, |mark| width(mark) / 2.0)
}

/// How bad it is to break a line between these two, as the part of a line that might rather stay empty.
fn tear(before: &Piece<'_>, after: &Piece<'_>) -> f32 {
    let (Some(last), Some(next)) = (before.text.chars().next_back(), after.text.chars().next()) else { return 0.0 };
    let (hiragana, katakana) = (|c| ('ぁ'..='ゖ').contains(&c), |c| ('ァ'..='ー').contains(&c));
    let han = |c| ('\u{3400}'..='\u{9fff}').contains(&c);
    if after.gap == Gap::Break || ends_phrase(before.text) {
        0.0
    } else if "—–".contains(next) {
        // A dash stands where the voice goes up, at the end of what it follows.
        0.9
    } else if after.gap == Gap::Space {
        0.3
    } else if PAIRS.split(' ').any(|pair| pair.strip_prefix(last).is_some_and(|rest| rest.starts_with(next))) {
        0.8
    } else if katakana(last) && katakana(next) {
        // Within a foreign word.
        0.9
    } else if hiragana(next) && (hiragana(last) || han(last) || katakana(last)) {
        // An ending or a particle belongs to what it stands behind.
        0.7
    } else if hiragana(last) {
        0.3
    } else {
        0.45
    }
}

/// Chinese words of two characters that are on everybody's lips, in both scripts. To tell words apart in earnest takes a
/// dictionary of megabytes; these are the ones that readers stumble over most often.
const PAIRS: &str = "一个 一個 一下 一些 一起 一样 一樣 一直 一定 一点 一點 一次 一天 我们 我們 你们 你們 他们 他們 她们 她們 咱们 咱們 \
    大家 自己 别人 別人 什么 什麼 甚麼 怎么 怎麼 怎样 怎樣 这个 這個 那个 那個 哪个 哪個 这里 這裡 那里 那裡 哪里 哪裡 这样 這樣 \
    那样 那樣 这些 這些 那些 没有 沒有 不是 不要 不会 不會 不能 不用 不过 不過 可以 可能 应该 應該 必须 必須 需要 想要 知道 觉得 覺得 \
    认为 認為 喜欢 喜歡 希望 开始 開始 结束 結束 已经 已經 正在 现在 現在 刚才 剛才 以后 以後 以前 今天 明天 昨天 今年 明年 去年 早上 \
    晚上 中午 下午 上午 时候 時候 时间 時間 地方 东西 東西 事情 问题 問題 因为 因為 所以 但是 可是 如果 虽然 雖然 而且 或者 还是 還是 \
    就是 只是 只有 只要 其实 其實 当然 當然 非常 特别 特別 真的 比较 比較 最后 最後 终于 終於 突然 马上 馬上 朋友 孩子 妈妈 媽媽 \
    爸爸 老师 老師 学生 學生 先生 小姐 公司 公园 公園 学校 學校 中国 中國 世界 天气 天氣 生活 工作 手机 手機 电话 電話 电影 電影 \
    视频 視頻 音乐 音樂 谢谢 謝謝 再见 再見 你好 对不 對不 没关 沒關 关系 關係 出来 出來 起来 起來 进来 進來 回来 回來 回家 过来 過來 \
    出去 进去 進去 回去 看到 看见 看見 听到 聽到 听说 聽說 告诉 告訴 帮助 幫助 相信 准备 準備 发现 發現 成为 成為 人们 人們 女孩 男孩 \
    佢哋 我哋 你哋 咁样 咁樣 点解 點解 乜嘢 嗰個 呢個 依家 而家 今日 聽日 尋日 鍾意 唔好 唔係 唔使 可唔";

/// Whether a text ends with a mark behind which readers pause.
pub(super) fn ends_phrase(text: &str) -> bool {
    let last = text.trim_end_matches(['”', '’', '」', '』', '）', '》', '"', '\'', ')']).chars().next_back();
    last.is_some_and(|c| "、。，．：；！？…,.!?;:—–".contains(c))
}

/// Characters that lines break on both sides of.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{312f}' | '\u{3190}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff01}'..='\u{ff9f}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, limit: f32) -> Vec<String> {
        let pieces = pieces(text);
        let lines = lines(&pieces, |text| text.chars().count() as f32, limit);
        lines.into_iter().map(|line| joined(&pieces[line])).collect()
    }

    #[test]
    fn words_keep_their_marks() {
        let list = [
            ("Hello, my friend!", "Hello,|my|friend!"),
            ("你好，世界。", "你|好，|世|界。"),
            ("他说：“走吧！”", "他|说：|“走|吧！”"),
            ("iPhone很贵(真的)", "iPhone|很|贵|(真|的)"),
            ("안녕 친구야", "안녕|친구야"),
            ("ちょっと待って", "ちょっ|と|待っ|て"),
            ("l’été d’après\u{a0}!", "l’été|d’après\u{a0}!"),
            (" \n ", ""),
            ("只要￥9.9", "只|要|￥9.9"),
        ];
        for (text, expected) in list {
            assert_eq!(words(text).join("|"), expected);
        }
        assert!(words(&"x".repeat(1000)).iter().all(|word| word.len() <= MAX_RUN));
    }

    #[test]
    fn lines_are_few_even_and_break_behind_marks() {
        assert_eq!(broken("one two three four", 100.0), ["one two three four"]);
        assert_eq!(broken("one two three four", 13.0), ["one two", "three four"]);
        assert_eq!(broken("今天天气真好，我们去公园吧", 9.0), ["今天天气真好，", "我们去公园吧"]);
        assert_eq!(broken("今天天气真好我们去公园玩", 10.0), ["今天天气真好", "我们去公园玩"]);
        assert_eq!(broken("first line\nsecond", 100.0), ["first line", "second"]);
        assert_eq!(broken("it is cold – we run", 13.0), ["it is cold –", "we run"]);
        assert_eq!(broken("a Donaudampfschiff b", 6.0), ["a", "Donaudampfschiff", "b"]);
        assert_eq!(broken("今日はいい天気ですね。", 10.5), ["今日はいい天気ですね。"]);
        assert!(broken("", 10.0).is_empty());
    }

    #[test]
    fn words_that_everybody_knows_stay_whole() {
        assert_eq!(broken("今天天气真好我们一起去公园骑小马吧", 9.0), ["今天天气真好我们", "一起去公园骑小马吧"]);
        assert_eq!(broken("公園でポニーに乗りましょう！", 11.0), ["公園でポニーに", "乗りましょう！"]);
    }

    #[test]
    fn no_line_begins_with_a_closing_mark() {
        let text = "「春天來了」，他說：「我們走吧！」然後就走了。";
        for limit in 2..20 {
            for line in broken(text, limit as f32) {
                assert!(!line.starts_with(closes), "{limit}: {line}");
                assert!(!line.ends_with(opens), "{limit}: {line}");
            }
        }
    }
}
