package policy

import "strings"

// needsWording reports whether a task is about the very words of a text. outside is all text outside contexts; where the question has a label, its own
// words are read more kindly, since "Summarize what was said about X" is a question.
func needsWording(outside, question string, labelled bool) bool {
	lower := strings.ToLower(outside)
	if containsAny(lower, exactPhrases) {
		return true
	}
	if labelled && question != "" {
		lower = strings.Replace(lower, strings.ToLower(question), " ", 1)
		if orders(strings.ToLower(question), true) {
			return true
		}
	}
	return containsAny(lower, taskPhrases) || orders(lower, false)
}

// exactPhrases are about words and characters wherever they stand.
var exactPhrases = phrases(`word for word, word-for-word, verbatim, exact words, exact wording, exact quote, exact phrase, exactly as written, exactly as it,
	letter by letter, line by line, sentence by sentence, how many words, how many characters, how many letters, how many sentences, how many paragraphs,
	how many lines, list all, list every, find all, find every, extract all, extract every, tone of, writing style, well written, well-written,
	plagiar, grammar, spelling, punctuation, proofread, character count, word count, wörtlich, wort für wort, mot pour mot, mot à mot, palabra por palabra, textualmente, parola per parola,
	逐字, 照抄, 原样, 一字不差, 多少个字, 字数`)

// taskPhrases are about the text itself when they stand outside a question.
var taskPhrases = phrases(`typo, duplicat, mistakes, feedback on, non-repeating, role-play, role play, roleplay, act as, pretend, code review, pull request,
	tl;dr, summary, summaries, some examples, are examples, here are examples, following examples, examples below, for examples, few examples, play the role,
	stay in character, translation, next line of code, rewrite, how many times, which paragraph, abstract is from, in the style of,
	beispiele, zusammenfassung, übersetzung, rechtschreibung, grammatik, exemples, résumé, traduction, orthographe, ejemplos, resumen, traducción, ortografía,
	翻译, 改写, 校对, 润色, 总结, 概括, 摘要, 缩写, 扩写, 续写, 复述, 扮演, 例子, 示例, 统计, 分类, 类别, 补全, 错别字, 语法, 重写, 修改, 编辑`)

// taskVerbs are orders that work on the words of a text.
var taskVerbs = set(`translate rewrite rephrase paraphrase reword revise proofread correct edit fix format reformat convert transform transcribe
	transliterate copy repeat quote recite spell count sort reorder classify categorize label annotate tag extract redact anonymize anonymise refactor
	debug review critique grade evaluate judge assess verify score continue complete finish implement code summarize summarise condense shorten lengthen expand simplify improve polish
	clean parse deduplicate memorize create generate produce prepare fill pull turn put replace update rank suggest write draft compose pretend imagine reproduce echo
	übersetze übersetzen korrigiere korrigieren umschreiben formuliere fasse zusammenfassen kürze zähle formatiere lektoriere wiederhole zitiere verbessere schreibe
	traduis traduire traduisez corrige corriger corrigez réécris réécrire réécrivez résume résumer résumez reformule reformulez compte comptez répète citez améliore
	traduce traducir traduzca corrija corregir reescribe reescribir reescriba resume resumir resuma cuenta cuente reformula mejora`)

// summaryVerbs are allowed in a question.
var summaryVerbs = set(`summarize summarise condense fasse zusammenfassen résume résumer résumez resume resumir resuma complete finish`)

// judgeVerbs are orders even where their object is an answer.
var judgeVerbs = set("evaluate judge assess verify grade score critique review correct")

// leads are words after which a verb is an order.
var leads = set(`please to and then you or now must should just also kindly me bitte und et veuillez pour y favor para por can could would will`)

// politeLeads are those of them that a question may have.
var politeLeads = set(`please bitte veuillez favor can could you`)

// results may be the object of an order that spares the text: "write a short
// answer", "format your response as a list".
var results = set(`answer answers response reply output unanswerable antwort antworten réponse respuesta i "i`)

// orders reports whether lower-case text tells to do one of the taskVerbs, by the
// place of the word: at the start of a sentence or behind a lead.
func orders(text string, question bool) bool {
	return anyWord(text, ".:;!?", func(word, lead string, start bool, rest string) bool {
		led := start || leads[lead]
		if question {
			led = start || politeLeads[lead]
		}
		return led && taskVerbs[word] && !(question && summaryVerbs[word]) && (judgeVerbs[word] || !spares(rest))
	})
}

// anyWord reports whether is says yes to a word of text, which it is given with the word in
// front of it, whether it starts a line or stands behind a word that ends with one of ends,
// and what follows it.
func anyWord(text, ends string, is func(word, lead string, start bool, rest string) bool) bool {
	lead, start := "", true
	for text != "" {
		var raw string
		raw, text = nextWord(text)
		word := strings.Trim(raw, ".,:;!?()[]{}\"'*_-#>“”„«»¿¡`")
		if word == "" {
			start = start || strings.ContainsAny(raw, "-*#>")
			continue
		}
		if is(word, lead, start, text) {
			return true
		}
		lead, start = word, strings.ContainsAny(raw[len(raw)-1:], ends) || strings.HasPrefix(text, "\n") || strings.HasPrefix(text, "\r")
	}
	return false
}

// nextWord returns the text up to the next white space, and what follows it.
func nextWord(s string) (word, rest string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	j := i
	for j < len(s) && s[j] != ' ' && s[j] != '\n' && s[j] != '\t' && s[j] != '\r' {
		j++
	}
	return s[i:j], s[j:]
}

// spares looks for a result within the next four words.
func spares(text string) bool {
	for range 4 {
		var word string
		word, text = nextWord(text)
		if results[strings.Trim(word, ".,:;!?\"'”“")] {
			return true
		}
	}
	return false
}

// asks reports whether text asks something: a question mark, or a request to
// answer.
func asks(text string) bool {
	if strings.ContainsAny(text, "?？؟") {
		return true
	}
	lower := strings.ToLower(text)
	word, _ := nextWord(lower)
	return askWords[strings.Trim(word, ".,:;!*_#")] || containsAny(lower, askPhrases)
}

var askWords = set(`who what when where which why how whose whom explain describe list tell name find give identify compare discuss
	wer was wann wo welche welcher welches warum wie erkläre nenne beschreibe qui que quoi quand où pourquoi comment quel quelle explique quién qué
	cuándo dónde cuál cómo explica describe`)

var askPhrases = phrases(`answer the question, answer the following, answer the query, answer my question, tell me, explain , please list, i want to know,
	beantworte, répond, responde, 请回答, 是什么, 为什么, 怎么, 如何, 哪些, 哪个, 多少, 谁, 吗, 请说明, 请解释, 请列出`)

// requests are in paragraphs that tell what to do with a context.
var requests = phrases(`answer, question, query, based on, given the, according to the, above, please, respond, 回答, 问题, 基于, 根据, 上述, 上面的, 以上, 请,
	beantwort, frage, antwort, anhand, grundlage, bitte, répon, à partir, d'après, respond, pregunta, según, basándo`)

// references are in questions about a text that stands above.
var references = phrases(`above, the text, the article, the passage, the document, the context, the story, the transcript, the report, the meeting, the paper,
	this article, this text, this document, this report, these documents, the author, according to, based on, 上文, 上述, 上面, 文中, 文章, 根据,
	oben, dem text, des textes, im text, artikel, dokument, laut, ci-dessus, le texte, l'article, le document, d'après, selon, el texto, el artículo,
	el documento, según, anterior`)

// announcements are in sentences before a text.
var announcements = announcing()

func announcing() []string {
	out := phrases(`passages below, text below, passage below, article below, articles below, document below, documents below, context below, excerpts below,
		information below, transcript below, story below, report below, pieces of context, retrieved context, following are given, following pieces, search results,
		以下文, 以下资料, 以下内容, 以下段落, 以下材料, 以下信息, 以下参考, 以下上下文, 下面的文, 下面的资料, 下面的内容, 给定的文章, 给定的资料, 给定的文,
		folgenden text, folgende text, folgenden artikel, folgenden dokument, folgende dokument, folgenden kontext, folgenden abschnitt, folgenden ausz,
		folgenden quellen, folgenden informationen, texte suivant, textes suivants, passage suivant, passages suivants, document suivant, documents suivants,
		article suivant, articles suivants, contexte suivant, extrait suivant, extraits suivants, informations suivantes, ci-dessous, siguiente texto,
		siguientes textos, siguiente pasaje, siguientes pasajes, siguiente documento, siguientes documentos, siguiente artículo, siguientes artículos,
		siguiente contexto, siguiente fragmento, siguientes fragmentos, siguiente información, a continuación`)
	for _, noun := range strings.Fields("text passage article document context story transcript report paragraph excerpt information content source contract paper") {
		out = append(out, "following "+noun, "below "+noun, "given "+noun, "provided "+noun)
	}
	return out
}

// tellsWhatToDo knows text that is written to a model and not about something.
func tellsWhatToDo(t string) bool {
	head := strings.ToLower(t[:min(len(t), 600)] + "\n" + t[max(0, len(t)-600):])
	return containsAny(head, commands)
}

var commands = phrases(`you are a, you are an, you must, you should, you will, your task, your role, do not , don't , please, make sure,
	important:, instructions, i want you, i need you, i would like you, help me, can you, could you, 你是, 你必须, 请, 不要, du bist, du sollst, tu es, vous êtes, eres `)

// phrases cuts a list at its commas. A space behind the last letter stays.
func phrases(list string) []string {
	var out []string
	for p := range strings.SplitSeq(list, ",") {
		out = append(out, strings.TrimLeft(p, " \t\n"))
	}
	return out
}

func containsAny(s string, list []string) bool {
	for _, p := range list {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// isPersonal reports whether a text says "I" and "my" as somebody does who tells of
// his own affairs.
func isPersonal(t string) bool {
	n, lower := 0, strings.ToLower(t)
	for _, w := range []string{" i ", " my ", " i'm ", " we ", " our ", "我", " ich ", " je ", " mi "} {
		n += strings.Count(lower, w)
	}
	return n > 2 && n*400 > len(t)
}
