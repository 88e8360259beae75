package llmlingua2

import "strings"

// stopWords carry no evidence when they stand in a question.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, list := range []string{stopEnglish, stopGerman, stopFrench, stopSpanish, stopPortuguese, stopRussian} {
		for _, w := range strings.Fields(list) {
			m[w] = true
		}
	}
	return m
}()

const (
	stopEnglish = `a about after all also am an and any are as at be because been before being between both
		but by can could did do does doing for from had has have having he her hers him his how i if in into is
		it its me more most my no nor not of on or other our out over own please s same she should so some such t
		than that the their them then there these they this those through to too under until up very was we were
		what when where which while who whom whose why will with would you your`
	stopGerman = `der die das den dem des ein eine einer eines einem einen und oder aber ist sind war waren
		wird werden wurde hat haben hatte zu zum zur in im an am auf aus bei mit nach von vom vor für über unter
		was wer wie wo wann warum welche welcher welches wieviel nicht es er sie wir ihr ich du sich als auch`
	stopFrench = `le la les l un une des du de d et ou mais est sont était étaient a ont avait à au aux en dans
		par pour sur avec sans sous ce cet cette ces que qui quoi dont où quand comment pourquoi quel quelle
		quels quelles il elle ils elles on nous vous je tu se sa son ses ne pas plus`
	stopSpanish = `el la los las lo un una unos unas y o pero es son era eran fue fueron ha han había a al en
		de del por para con sin sobre que qué quien quién cual cuál cuales cuáles donde dónde cuando cuándo como
		cómo cuanto cuánto se su sus él ella ellos no más este esta estos estas`
	stopPortuguese = `o os as um uma uns umas e ou mas é são era eram foi foram há ao aos à às em no na nos nas
		de do da dos das por para com sem sobre que quem qual quais onde quando como quanto quantos se seu sua
		seus suas ele ela eles elas não mais este esta isto`
	stopRussian = `и в во на с со к ко по из за от до о об у для не ни но а или что кто как где когда почему
		какой какая какое какие сколько это этот эта эти он она они мы вы я ты его её их был была было были есть
		ли же бы`
)
