package needle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// chinese is the same kind of chronicle, in simplified characters.
var chinese = &language{
	code: "zh", between: "",
	topics: []topic{townHallZh, worksZh, lettersZh, daysZh, talkZh}, notices: noticesZh,
	short: []string{"大家都同意了。", "那天下着雨。", "{S}没有说话。", "此事就此作罢。", "后来的事无人记得。", "{U}也是如此。"},
	slots: map[string]func(*rand.Rand) string{
		"town": func(r *rand.Rand) string { return one(r, townStartsZh) + one(r, townEndsZh) },
		"P":    func(r *rand.Rand) string { return one(r, surnamesZh) + one(r, givenZh) + one(r, givenZh) },
		"inst": func(r *rand.Rand) string { return one(r, institutionsZh) },
		"m":    func(r *rand.Rand) string { return fmt.Sprintf("%d月", 1+r.IntN(12)) },
		"date": func(r *rand.Rand) string {
			return fmt.Sprintf("%d年%d月%d日", 1950+r.IntN(74), 1+r.IntN(12), 1+r.IntN(28))
		},
		"Y":    func(r *rand.Rand) string { return fmt.Sprint(1950 + r.IntN(74)) },
		"n":    func(r *rand.Rand) string { return fmt.Sprint(3 + r.IntN(95)) },
		"N":    func(r *rand.Rand) string { return fmt.Sprint(1000 + r.IntN(60000)) },
		"pct":  func(r *rand.Rand) string { return fmt.Sprintf("%d%%", 2+r.IntN(90)) },
		"t":    func(r *rand.Rand) string { return fmt.Sprintf("%d点%d分", 5+r.IntN(18), 5+5*r.IntN(11)) },
		"code": code,
		"amt":  func(r *rand.Rand) string { return fmt.Sprintf("%d.%02d元", 1000+r.IntN(90000), r.IntN(100)) },
		"addr": func(r *rand.Rand) string {
			return fmt.Sprintf("%s%s%d号", one(r, townStartsZh), one(r, streetsZh), 2+r.IntN(140))
		},
		"trade": func(r *rand.Rand) string { return one(r, tradesZh) },
		"thing": func(r *rand.Rand) string { return one(r, objectsZh) },
		"adj":   func(r *rand.Rand) string { return one(r, adjectivesZh) },
		"group": func(r *rand.Rand) string { return one(r, groupsZh) },
	},
	keyOf:   func(town, inst string) string { return town + inst },
	surname: func(name string) string { return "老" + string([]rune(name)[:1]) },
	suffix:  "-zh",
	and:     "、",
	facts:   factsZH,
	titles: map[string]string{
		"single": "Needle: one fact (Chinese)", "multikey": "Needle: one fact among its likes (Chinese)", "multivalue": "Needle: four values of one key (Chinese)",
		"multiquery": "Needle: four facts at once (Chinese)", "hops": "Needle: two linked facts (Chinese)", "negation": "Needle: the one that is not (Chinese)", "number": "Needle: an exact amount (Chinese)",
	},
	prompt: "请阅读下面的文章，并回答问题。\n\n{context}\n\n问题：{input}\n只写出所问的内容，如有多项请用逗号隔开。\n回答：",
}

var (
	townStartsZh   = strings.Fields(`青石 柳河 白沙 松林 梅溪 云台 龙泉 桃源 金山 银湖 竹园 荷塘 石桥 黄坪 清水 双峰 南岭 北关 东阳 西湾 长亭 古井 红岩 碧溪 丹霞 平湖 大营 小河 枫叶 杏花 玉泉 铁岭 高坡 新安 永宁 和顺 安乐 广福 临江 望海`)
	townEndsZh     = strings.Fields(`镇 县 乡 村 区`)
	surnamesZh     = strings.Fields(`王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕`)
	givenZh        = strings.Fields(`文 明 志 国 建 华 秀 英 玉 兰 春 梅 海 涛 伟 芳 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 超 平 刚 桂 香 德 福 宝 良 思 远 子 涵`)
	institutionsZh = strings.Fields(`档案馆 面包坊 酒厂 诊所 奶站 仓库 铸造厂 画廊 粮库 温室 码头 洗衣房 图书馆 磨坊 博物馆 托儿所 天文台 陶瓷厂 印刷厂 泵站 采石场 小学 皮革厂 剧院 礼堂 自来水厂 气象站 木工房`)
	streetsZh      = strings.Fields(`路 街 巷 大道 胡同`)
	tradesZh       = strings.Fields(`木匠 测量员 教师 印刷工 会计 药剂师 园丁 护士 工程师 裁缝 摄影师 搬运工 养蜂人 水管工 律师`)
	objectsZh      = strings.Fields(`锅炉 座钟 钢琴 收银机 望远镜 磅秤 水泵 车床 缝纫机 打字机 收音机 照相机 电风扇 洗衣机 发电机 榨油机 抽水机 织布机`)
	adjectivesZh   = strings.Fields(`旧 新 坏掉的 借来的 生锈的 笨重的 备用的 刷过漆的 被遗忘的`)
	groupsZh       = strings.Fields(`镇政府 合唱团 董事会 工会 委员会 校务会 地方志学会 消防队 农业社 象棋协会 商会`)
)

var (
	townHallZh = topic{
		first: []string{
			"{Y}年[春天|秋天|年底]，{T}的{group}[开会讨论|表决|争论]{I}里那台{adj}{thing}[的去留|的费用|的归属]。",
			"{m}，{T}的{group}不得不在一台{thing}和[加工资|新围墙|一次郊游]之间做出选择。",
			"{T}很少有哪次会议像{date}那次那样[漫长|吵闹|安静]。",
		},
		then: []string{
			"{P}[是|做过]{trade}，[来自{U}|刚从{U}调来]，发言[将近|超过]{n}分钟。",
			"提案以{n}票[通过|被否决]，另有{n}人[缺席|弃权]。",
			"[会议记录显示|据记载]，{S}申请{amt}，最后只[批了|拿到]{amt}。",
			"{date}，一份有{N}人签名的请愿书[送到|交给]了{group}。",
			"卷宗编号为{code}，共{n}页，[附有|另有][两张图纸|三张照片|一张地图]。",
			"{U}的{Q}[说这个计划太贵|认为总比没有好|起身离席]，[众人一时无语|会场安静下来|有人笑了]。",
			"到{m}为止，[河边|车站附近|山脚下]只有{pct}的人家[回信|交了钱]。",
			"又过了{n}个星期，{group}才公布[答复|更正|数字]。",
		},
	}
	worksZh = topic{
		first: []string{
			"{Y}年，{T}的{I}[雇了|招收]{n}人，其中[多半|一些]来自{U}。",
			"[那时候|多年以前]，{T}[全靠|最出名的就是]{I}。",
			"在{T}长大的人都记得{I}和它那台{adj}{thing}。",
		},
		then: []string{
			"那台{adj}{thing}是花{amt}从{K}[买来|租来]的。",
			"{P}[从{Y}年起|在{Y}年以前]管理{inst}，[每张收据都留着|记了许多笔记|养了三条狗]。",
			"{date}，{thing}[突然停了|裂了|起火]，值班的{trade}在{t}[锁上|关上]了大门。",
			"修理费[估计|最后]是{amt}，{S}觉得[偏低|偏高|差不多]。",
			"{m}以后，产量[上升|下降]了{pct}，[因为|尽管]{adj}{thing}[停用|修好了]。",
			"一只标着{code}的箱子在{m}[运到|失踪]，[后来在{thing}后面找到|再也没人提起]。",
			"保险公司派来{Q}，[量了|拍了]{thing}，[要了一杯茶|一句话没说就走了]。",
			"生意好的一周，{inst}能[卖出|运走]{N}[箱|瓶|张|件]货。",
		},
	}
	lettersZh = topic{
		first: []string{
			"{T}人人都认识{P}，[一位{trade}|当过{trade}]，喜欢[集邮|养蜂|下棋]。",
			"{addr}的房子空了{n}年，直到{P}搬来。",
			"要不是隔壁的{trade}留下了[信件|日记]，没有人会知道{P}这个人。",
		},
		then: []string{
			"[信件|日记]共{n}[封|本]，存放在{K}，编号{code}。",
			"[其中|另有]一封信写于{date}，[提到|描写]{addr}那台{adj}{thing}。",
			"{S}花{amt}[租下|买下]{addr}的房子，[后来后悔了|把它漆成绿色|把楼上租了出去]。",
			"{Q}从{U}的{addr}回信，[要|寄来]{n}[张邮票|粒种子|张照片]。",
			"{Y}年{m}以后，字迹[越来越好|越来越潦草]，[也许|大概]是换了{thing}的缘故。",
			"{Y}年，他的侄子把{n}封信[卖|送]给了{K}。",
			"信封背面有一道算式：{N}加{N}，[被划掉了|下面画了线]。",
		},
	}
	daysZh = topic{
		first: []string{
			"{Y}年{m}是{T}{n}年来[最多雨|最干旱|最冷]的一个月。",
			"{T}没有人料到{date}会[下冰雹|发大水|起大雾]。",
			"整个{m}，{P}都在{I}的[屋顶上|院子里]观察[河水|天色|霜冻]。",
		},
		then: []string{
			"{P}在{t}[离开|经过]{I}时，[温度计|水位尺]上的数字是{n}。",
			"[苹果|李子|土豆][很少|很多]，集市上一[斤|筐]要{n}角钱。",
			"{S}[照例|难得][责怪|称赞]了{group}，[又去种豆子|又买了一台{thing}]。",
			"{date}，河水涨了{n}厘米，[冲走|漫到]了{inst}的{adj}{thing}。",
			"{U}来的[孩子们|合唱团]在{inst}[门口|里面]唱了{n}分钟。",
			"庙会[收入|筹到]{amt}，[大半|一部分]来自抽奖，中奖号码是{code}。",
			"{Q}从{U}来做客，觉得[点心|奖品][一般|很好]，住在{addr}。",
			"{t}的时候，[广场上已经没有人|草地上停满了车|桥头还亮着灯]。",
			"通往{U}的路边种了{N}[棵树苗|株花]，活下来的有{pct}。",
		},
	}
	talkZh = topic{
		first: []string{
			"{P}和{Q}[从{Y}年起|为了那台{thing}]就不再说话。",
			"{T}至今还流传着{P}和那台{adj}{thing}的故事。",
			"那天晚上{P}在{I}后面看到的，并不是{trade}所想的那样。",
		},
		then: []string{
			"{S}什么也没说，[继续看书|望着窗外|去烧水了]。",
			"[{S}觉得|大家都说]，要紧的不是{thing}，而是谁[把它放在那里|付的钱]。",
			"有人说{trade}[早就知道|亲眼看见]，也有人[不信|说没有这回事]。",
			"{inst}里从来没有过{thing}，以后也不会有。",
			"“你在{U}是找不到的，”{Q}[笑着说|头也不抬地说]。",
			"{group}[愿意|不肯]帮忙，[结果更糟|谁也不觉得奇怪]。",
			"先是一阵[狗叫|敲门声|铃声]，然后[有人笑了|什么声音也没有]。",
			"他们没有别的办法，只好[走到|开车去]{U}找{Q}。",
			"{trade}不记得名字，只记得那[件大衣|副嗓音]。",
			"没有人想到去问{Q}，其实他[全都看见了|一直睡着|留着另一半]。",
		},
	}

	// noticesZh are of other things than what is hidden.
	noticesZh = []string{
		"{K}的电话号码是{N}。",
		"从{m}起，{K}开放到{t}。",
		"{Q}[在{Y}年以前|从{Y}年起]看管{K}。",
		"{K}的存货从{code}开始编号。",
		"{K}买{thing}用了{amt}。",
		"{Y}年，{K}[重新粉刷|重新丈量|租了出去]。",
		"{K}那台{thing}的出厂编号是{code}。",
		"寄给{K}的信要送到{U}的{addr}。",
		"{K}从来没有[买过|用过]{thing}。",
		"{addr}的{Q}曾在{K}上过班。",
		"{Y}年的地图上没有{K}。",
	}
)
