"""Records what jieba 0.42.1 (CPython 3.11) does:

    python3 vectors.py words.json.gz
    python3 vectors.py digests.json FOLDER     (the folder that holds minilongbench)

words.json.gz is a list of lists of words; joined they are the text that was cut, which
is made of words and sentences written for this file and of characters drawn at random.
digests.json has, for each row of the Chinese tasks, the SHA-256 of the words of its
context, each followed by a zero byte. It holds none of their text.
"""
import gzip
import hashlib
import json
import os
import random
import sys

import jieba

WORDS = """我们 他们 北京 上海 天安门 广场 今天 明天 昨天 下雨 天气 不错 学习 研究 研究生 生命 起源 科学 技术 和 的 了 是 在
有 不 也 都 很 人工智能 机器 机器学习 神经网络 模型 语言 语言模型 大学 大学生 学生 老师 教授 医院 医生 手术 血压 药物 公司 银行 行长
长城 长春 市长 春药 药店 南京市 长江 长江大桥 大桥 结婚 尚未 和尚 小明 王小明 李建国 张伟 欧阳修 司马光 诸葛亮 阿尔伯特 爱因斯坦 居里夫人
二零二四年 三月 五号 星期六 上午 九点 一百二十 三分之一 百分之五 第一次 这里 那里 怎么 什么 为什么 因为 所以 但是 如果 那么 虽然
中华人民共和国 国务院 委员会 每月 经过 下属 科室 交换机 安装 工作 高兴 漂亮 飞快 跑步 吃饭 睡觉 喝水 看书 写字 唱歌
臺灣 電腦 網路 學校 機器 龍 鳳 龘 犇 猋 骉 㐀 鿕 鿖 鿿 〇 々 の カタカナ ひらがな 한국어 乒乓球 拍卖 完了 球拍 卖完 开源 项目 贡献者
压缩 提示词 令牌 预算 缓存 上下文 检索 段落 摘要 问题 答案 正确 错误 得分 会议 纪要 总结 记者 报道 新华社 经济 增长 下降 股票 基金""".split()
SENTENCES = """长江上的大桥在雨中显得格外安静，桥长八百米。
研究所里研究生命科学的研究生昨天都已经毕业了。
他走进图书馆大厅,然后又去了楼上的一间小教室。
球拍卖得很快,乒乓球却没卖完,明天下午再进货。
刚结婚的和还没结婚的都坐在同一张桌子旁边。
科长每个月都要亲自检查一遍交换机和服务器的安装工作。
市长春天会来，药店今天上午很晚才开门。
王小明和李建国讨论了大语言模型的上下文压缩问题。
这台机器的CPU温度是36.5度，占用率为98.2%，比昨天高了3%。
请把文件发到test_user-01@example.com，谢谢！
C++和C#哪个更好用？AT&T公司没有回答。
我在2024年3月15日上午9:30买了iPhone 15 Pro。
会议由陈晓峰主持，林美玲、郭子轩、欧阳晓月等人参加了讨论。
“为什么不呢？”她笑着说，“反正也没有别的办法。”
价格从￥1,299.00降到了￥999，便宜了大约23.1%。
段落12和段落３都提到了这件事，但只有段落12给出了日期。
魑魅魍魉躲在囹圄饕餮之中，谁也不认识它们。
龘龘龘犇犇犇猋猋猋，这些字很少见到。
一二三四五六七八九十百千万亿兆。
过去过多地过问过程，过后才知道过了头。
行长行走在银行门前的人行道上，行行行行。
雨下个不停，天黑了，客人还没有走的意思。
臺灣的電腦網路發展得很快，學校裡到處都有機器。""".split("\n")
LATIN = ["hello", "World", "GPT-4", "v1.2.3", "3.14", "100%", "12.5%", "a", "I", "x86_64", "foo_bar", "C++", "C#", "AT&T",
         "B超", "T恤", "卡拉OK", "K歌", "3D打印", "e-mail", "...", "1.", ".5", "5.%", "--", "a.b", "1.2a", "50％", "１２３", "ａｂｃ",
         "٣٤", "½", "é", "naïve", "Zoë", "🚀", "#tag", "&amp;", "%d", "_", "+86-10", "A股", "Q群", "0", "00", "1e10", "7.8.9%"]
MARKS = list("，。！？、；：“”‘’（）《》【】…—·,.!?;:\"'()<>[]{}/\\|~`@$^*=") + ["——", "……"]
SPACES = [" ", "  ", "\n", "\r\n", "\r", "\r\r\n", "\t", "\u3000", "\u00a0", "\x1c", "\x85", "\u2028", "\v", "\u200b", "\n\n"]


def dictionary():
    """Words of the dictionary, at random: single words are no text of anyone's."""
    with open(os.path.join(os.path.dirname(jieba.__file__), "dict.txt"), encoding="utf-8") as f:
        return [line.split(" ")[0] for line in f]


def han(rng, n):
    common = "".join(WORDS)
    return "".join(rng.choice(common) if rng.random() < 0.7 else chr(rng.randint(0x4E00, 0x9FFF)) for _ in range(n))


def texts():
    rng = random.Random(421)
    known = dictionary()
    out = ["", " ", "\r\n", "。", "的", "a", "0"] + SENTENCES + WORDS + LATIN
    for _ in range(500):  # words side by side
        out.append("".join(rng.choice(WORDS) for _ in range(rng.randint(1, 14))))
    for _ in range(300):  # words of the dictionary, which overlap
        out.append("".join(rng.choice(known) for _ in range(rng.randint(1, 10))))
    for _ in range(250):  # characters that form no words
        out.append(han(rng, rng.randint(1, 25)))
    for _ in range(450):  # all kinds
        parts = []
        for _ in range(rng.randint(1, 14)):
            p = rng.random()
            parts.append(
                rng.choice(WORDS) if p < 0.4 else
                rng.choice(LATIN) if p < 0.6 else
                rng.choice(MARKS) if p < 0.75 else
                rng.choice(SPACES) if p < 0.85 else
                han(rng, rng.randint(1, 4)) if p < 0.93 else
                rng.choice(known))
        out.append("".join(parts))
    for _ in range(150):  # sentences with a piece taken out or put elsewhere
        s = rng.choice(SENTENCES)
        i, j = sorted(rng.randint(0, len(s)) for _ in range(2))
        out.append(s[:i] + s[j:] + s[i:j] if rng.random() < 0.5 else s[:i] + s[j:])
    for _ in range(60):  # letters and marks that stand in names
        out.append("".join(rng.choice("aZ09+#&._%-中国人的") for _ in range(rng.randint(1, 16))))
    out.append("".join(rng.choice(WORDS) for _ in range(2000)))
    return out


def words(path):
    rows = [jieba.lcut(t, cut_all=False) for t in texts()]
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    with open(path, "wb") as f:
        f.write(gzip.compress(data, 9, mtime=0))


def digests(path, folder):
    out = {}
    for task in ["dureader", "lsht", "multifieldqa_zh", "passage_retrieval_zh", "vcsum"]:
        rows = out[task] = []
        with open(os.path.join(folder, "minilongbench", task + ".jsonl"), encoding="utf-8") as f:
            for line in f:
                h = hashlib.sha256()
                for w in jieba.cut(json.loads(line)["context"], cut_all=False):
                    h.update(w.encode() + b"\0")
                rows.append(h.hexdigest())
    with open(path, "w") as f:
        json.dump(out, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    digests(*sys.argv[1:]) if len(sys.argv) > 2 else words(*sys.argv[1:])
