package needle

// factsZH are those of factsEN, in Chinese.
var factsZH = map[string]plan{
	"code": {
		facts: []string{
			"«{key}»的门禁密码改成了«{val}»。",
			"从{m}起，«{key}»的门禁密码是«{val}»。",
			"在«{key}»上班的人都知道门禁密码«{val}»。",
		},
		ask: "{key}的门禁密码是什么？",
		all: "下列地方的门禁密码分别是什么：{key}？",
		val: "{code}",
	},
	"codes": {
		facts: []string{
			"{key}的门禁密码之一是«{val}»。",
			"{key}还有一个门禁密码«{val}»。",
			"在{key}，«{val}»也是可用的门禁密码。",
		},
		ask: "{key}的所有门禁密码是什么？",
		val: "{code}",
	},
	"amount": {
		facts: []string{
			"修缮«{key}»一共花了«{val}»。",
			"为了修缮«{key}»，{Q}付了«{val}»。",
			"«{key}»修缮完工后，账单是«{val}»。",
		},
		ask: "修缮{key}到底花了多少钱？",
		val: "{amt}",
	},
	"approve": {
		facts:  []string{"{m}，检查组«没有批准»«{key}»的电路。", "«{key}»的电路«从未获准»使用，检查组这样写道。"},
		others: []string{"{m}，检查组批准了{key}的电路。", "{key}的电路已获准使用，检查组这样写道。"},
		ask:    "检查组没有批准哪个地方的电路？",
	},
	"insure": {
		facts:  []string{"那一年，商会«没有给»«{key}»投保。", "«{key}»«从未由»商会投保。"},
		others: []string{"那一年，商会给{key}投了保。", "{key}已由商会投保。"},
		ask:    "商会没有给哪个地方投保？",
	},
	"holder": {
		facts: []string{
			"«{key}»的钥匙«由{val}保管»。",
			"{m}，«{key}»的钥匙«交给了{val}»。",
			"多年来，«{key}»的钥匙一直«在{val}手里»。",
		},
		val: "{P}",
	},
	"home": {
		facts: []string{
			"«{key}住在{val}»。",
			"通讯录上写着，«{key}家在{val}»。",
			"{date}，医生去过«{key}在{val}»的家。",
		},
		ask: "拿着{key}钥匙的人住在什么地址？",
		val: "{addr}",
	},
}
