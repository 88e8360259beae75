package policy

import "strings"

type labelKind uint8

const (
	noLabel labelKind = iota
	contextLabel
	docLabel // one of several contexts, with its number
	questionLabel
	answerLabel
	taskLabel
	userLabel
	assistantLabel
	otherLabel // "Name:", which may be anybody speaking
)

// A label opens a line: "Question: …", "### Context", "[Document 1]".
type label struct {
	kind labelKind
	at   int // where what it labels begins; of a body, later of a part
}

// labelNames are in lower case, by kind: English, German, French, Spanish,
// Italian, Portuguese, Russian, Chinese, Japanese, Korean. Parted by commas.
var labelNames = func() map[string]labelKind {
	m := map[string]labelKind{}
	for kind, names := range map[labelKind]string{
		contextLabel: `context, contexts, retrieved context, relevant context, context information, additional context,
			document, documents, retrieved documents, relevant documents, docs, passage, passages, story, article, articles, report,
			transcript, meeting transcript, text, background, background information, sources, source text, search results, web search results,
			results, excerpt, excerpts, knowledge, knowledge base, reference, references, reference text, information, relevant information,
			material, materials, content, paper, chunks, snippets, wikipedia article section, pieces of context, input text, news,
			kontext, kontextinformationen, dokument, dokumente, artikel, quelle, quellen, auszug, auszüge, hintergrund, textauszug, suchergebnisse,
			informationen, bericht,
			contexte, texte, textes, extrait, extraits, résultats de recherche, informations, sources, rapport,
			contexto, documento, documentos, texto, textos, artículo, artículos, fragmento, fragmentos, pasaje, pasajes, fuentes, información,
			resultados de búsqueda, informe,
			contesto, documenti, testo, artigo, контекст, текст, документы, статья,
			上下文, 背景, 背景信息, 背景知识, 资料, 参考资料, 参考内容, 参考文档, 文章, 文档, 材料, 正文, 内容, 已知信息, 已知内容, 检索结果, 搜索结果, 会议记录, 报告, 原文, 段落,
			文脈, 文書, 参考情報, 資料, 문맥, 문서`,
		questionLabel: `question, questions, q, query, user question, user query, user's question, my question, the question, the question is, my question is,
			question is, search query, frage, fragen, meine frage, anfrage, die frage, requête, ma question, la question, pregunta, preguntas, consulta, mi pregunta,
			la pregunta, domanda, pergunta, вопрос, 问题, 提问, 问, 用户问题, 用户提问, 查询, 我的问题, 质问, 質問, 질문`,
		answerLabel: `answer, a, helpful answer, your answer, final answer, the answer, the answer is, the final answer is, answer in english, response, short answer,
			antwort, deine antwort, réponse, réponse utile, respuesta, respuesta útil, risposta, resposta, ответ, 回答, 答案, 答, 答案是, 你的回答, 答え, 답변`,
		taskLabel: `instructions, instruction, task, your task, rules, requirements, output format, constraints, guidelines, aufgabe, anweisung, anweisungen,
			regeln, consigne, consignes, tâche, instrucciones, instrucción, tarea, reglas, 要求, 任务, 指令, 规则`,
		userLabel:      `user, human, benutzer, utilisateur, usuario, 用户`,
		assistantLabel: `assistant, ai, chatgpt, claude, assistent, asistente, 助手`,
	} {
		for name := range strings.SplitSeq(names, ",") {
			m[strings.Join(strings.Fields(name), " ")] = kind
		}
	}
	return m
}()

// docWords stand before the number of one context.
var docWords = []string{"document", "documents", "doc", "passage", "source", "article", "paragraph", "chunk", "result", "search result",
	"excerpt", "context", "snippet", "text", "page", "section", "reference", "dokument", "quelle", "abschnitt", "auszug", "artikel", "textstelle",
	"extrait", "texte", "documento", "fuente", "pasaje", "fragmento", "artículo", "texto", "文章", "文档", "段落", "资料", "片段", "材料", "参考", "来源", "搜索结果", "文書"}

// maxLabel bounds a label in bytes, colon included.
const maxLabel = 64

// questionTags open a question in a line of their own or before it.
var questionTags = []string{"<question>", "<query>", "<user_query>", "<user_question>"}

// readLabel reads the label that a line begins with, if it has one: a known name
// with a colon, or as a heading, or in bold, or a document's number in brackets.
func readLabel(body string) label {
	if body == "" {
		return label{}
	}
	for _, tag := range questionTags {
		if strings.HasPrefix(body, tag) {
			return label{questionLabel, len(tag)}
		}
	}
	name, at, whole := labelName(body)
	if name == "" {
		return label{}
	}
	if docNumber(name) {
		if body[0] != '#' && strings.Contains(name, "(") { // Document [1](Title: …) text
			if j := strings.IndexByte(body[:min(len(body), 240)], ')'); j > at {
				at = j + 1
			}
		}
		return label{docLabel, at}
	}
	if kind := labelNames[name]; kind != noLabel {
		return label{kind, at}
	}
	if isContextSentence(name) {
		return label{contextLabel, len(body)}
	}
	if !whole {
		return label{otherLabel, at}
	}
	return label{}
}

// labelName returns the name in lower case, where what it labels begins, and
// whether the label is the whole line.
func labelName(body string) (name string, at int, whole bool) {
	t := strings.TrimLeft(body, "#*_-=>[【(「 \t")
	dressed := len(t) < len(body)
	head := t[:min(len(t), maxLabel)]
	colon, size := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (colon < 0 || wide < colon) {
		colon, size = wide, len("：")
	}
	offset := len(body) - len(t)
	switch {
	case dressed && body[0] == '#':
		if len(t) > 2*maxLabel {
			return "", 0, false
		}
		name, at, whole = t, len(body), true
		if colon >= 0 {
			name = t[:colon]
		}
	case colon > 0:
		name, at = t[:colon], offset+colon+size
	case len(t) <= maxLabel && (dressed || isDocLine(t)) || isContextSentence(head):
		name, at, whole = t, len(body), true
	case dressed && (body[0] == '[' || strings.HasPrefix(body, "【")):
		end := strings.IndexAny(head, "]】")
		if end <= 0 {
			return "", 0, false
		}
		name, at = t[:end], offset+end
	default:
		return "", 0, false
	}
	if len(name) > maxLabel {
		return "", 0, false
	}
	if !whole {
		rest := strings.TrimLeft(body[at:], "*_]】 \t\u00a0")
		at = len(body) - len(rest)
	}
	name = strings.Trim(name, "*_]】>=-)」 \t.\u00a0\u202f")
	return strings.Join(strings.Fields(strings.ToLower(name)), " "), at, whole
}

// isDocLine knows a line that is a document's number and nothing else.
func isDocLine(t string) bool {
	return t != "" && len(t) <= 32 && isDigit(t[len(t)-1]) && docNumber(strings.ToLower(t))
}

// docNumber knows "document 1", "document [1](title", "doc #3 (a.pdf)", "文章1".
func docNumber(name string) bool {
	for _, w := range docWords {
		rest, ok := strings.CutPrefix(name, w)
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, " #[(.№_-")
		if d := digits(rest); d > 0 && d <= 4 && (d == len(rest) || !isAlnum(rest[d]) && rest[d] != '.') {
			return true
		}
	}
	return false
}

var contextSentences = []string{"context information is below", "context information is provided below", "context is below",
	"context below", "here is the context", "here are the documents", "the following are given passages", "here is some context"}

func isContextSentence(s string) bool { return hasAnyPrefixFold(s, contextSentences...) }
