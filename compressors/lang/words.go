package lang

import "strings"

// commonWords lists, for each language told apart by words, the ones that
// sentences cannot do without: articles, pronouns, prepositions, auxiliaries. A
// word may belong to several languages; it then counts for each, but less.
// The lists were written for this package. Similar length and a similar share
// of running text (a third to a half) keep the comparison fair.
var commonWords = []struct{ lang, words string }{
	{"en", `the of and to in a an is that it was for on are as with his they at be this from have or by had but
		not what all were we when your can said there an which she their if will up about then them these so
		some her would make like him into has could no than been its who now did get our only its 
		because should how also very here between through where does may must any such you i my me us do yeah s t d m re ve ll
		okay hmm yes well think know just see let`},
	{"de", `der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
		hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur
		bis mehr durch man sein wurde wenn ihr ich wir kann dieser diese sowie unter gegen vom muss soll jeder keine
		kein können mich uns dies dieses beim seine ihre falls`},
	{"fr", `de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son
		aux d l n s qu c ou si leur y mais nous comme cette ont être fait elle deux même ces je vous tout sans ses
		été était peut aussi dont entre où lors doit ils notre votre afin ainsi très donc leurs cela toute tous`},
	{"es", `de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin
		sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque
		qué sólo solo han yo hay vez puede todos así nos ni ese eso ella usted si donde según debe cada otro pueden`},
	{"pt", `de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu
		sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter
		seus quem nas me esse eles estão você tinha foram essa num nem suas são pode deve este esta ainda às cada`},
	{"nl", `de van het een en in is dat op te zijn met die voor niet aan er om ook als dan maar bij uit nog naar heeft
		worden deze door over hij ze wordt of was ik ze kan geen we wel dit hun meer al kunnen moet hebben tot je
		waar zo werd onder zal na omdat zich zonder wat men mijn alle iedere ieder tegen indien`},
	{"af", `die van en in is het dat n nie om te vir op met wat sy hy aan was as word deur hulle ook sal daar kan by
		of ons uit maar na so ek dit nog moet een tot oor geen wees haar hierdie hom my elke elkeen enige tussen alle
		reg ander waarin mag`},
	{"sv", `och i att det som en på är av för med den till inte om ett han men var jag de så vi kan från har ut över
		hade då man eller vid nu skall sig där ska även sin efter när detta mot blir varje bara mycket hon oss upp
		alla sina dess utan bli några vara denna är under samt`},
	{"da", `og i at det er en til af på som for med den de ikke der har et om han var men sig fra vi kan skal hun jeg
		så efter ved eller være blev havde nu også over når ud hvis dette mod bliver enhver noget bare meget op
		alle sine uden blive nogle denne hvor mellem kun ind sin ret`},
	{"no", `og i det er en til av på som for med den de ikke har et om han var men seg fra vi kan skal hun jeg
		så etter ved eller være ble hadde nå også over når ut hvis dette mot blir enhver noe bare mye opp
		alle sine uten bli noen denne hvor mellom kun inn sin rett å at`},
	{"is", `og að í á er sem til við um af með ekki hann það en var fyrir því hún þeir þetta eru þá hafa upp eða þess
		frá hver ég ef sér hefur svo þegar verið vera sé skal rétt allir manna hvers einnig þau`},
	{"it", `di e il la che in a per un è del non una i le si con da sono come al della nel ha lo dei gli più anche se
		su alla delle ma dal dalla questo questa o ed essere nella ci ai degli cui era tra suo sua loro quando può
		stato ogni prima dopo fra tutti ne l d all dell nell dall deve senza oppure così perché essere viene`},
	{"ca", `de la i el que a en les per els un amb una del al no és se dels es d l com més son o van seva seu ha però
		ser aquesta aquest tot pel també va són fins sobre entre molt on ni quan hi era sense això perquè té tota
		tothom ho han dret persona cap qualsevol pels seves seus`},
	{"gl", `de a o que e do da en un para é con non unha os no se na por máis as dos como mais foi ao el das ten seu
		súa ou ser cando moi hai nos xa está eu tamén só polo pola ata iso ela entre era despois sen mesmo aos ter
		seus súas unhas uns nas dereito toda persoa`},
	{"ro", `și de în a la cu pe nu că o din care un se pentru sa este au mai ce al ca sunt sau prin dar fi ale lui după
		fost pot lor dintre ei iar poate nici fără acest această orice ar cele cel unui unei către dacă
		între sînt avea are decât asupra toate persoană dreptul fie să`},
	{"la", `et in est non ad ut cum quod qui ex sed si quae per sunt esse atque ab hoc nec eius aut enim etiam ac quam
		autem eo id de omnes omnium ius homo sive vel quidem`},
	{"pl", `i w na z do nie się to jest o że a po jak za od przez oraz jego dla tego ale co są przy który czy tym ma
		jako lub było była może być które przed jej ich już ze tylko bardzo gdy będzie ten ta te tej został tak
		która każdy człowiek prawo bez jeśli`},
	{"cs", `a v se na je že s z do to i o k ve pro za by ale jako po od které který jeho si nebo jsou byl jak tak
		při už už podle když být jen bylo také má co až která tento této než jsem více není než před každý mezi
		aby může pokud nejsou právo bude u`},
	{"sk", `a v sa na je že s z do to i o k vo pre za by ale ako po od ktoré ktorý jeho si alebo sú bol tak
		pri už podľa keď byť len bolo aj má čo až ktorá tento tejto než som viac nie pred každý medzi
		aby môže právo na jej ich bude zo u`},
	{"sl", `in je v na se da za so z s ki pa bi ne po od ali ter kot tudi do iz pri o ni bil bila bilo lahko še med
		vsak kar ima če zaradi njegov svoje pred njih več tega kako nima biti pravico mora naj vsakdo`},
	{"hr", `i u je na da se za su od s a ne koji o što iz do sa kao će bi te ili ali li po može samo bio kako sve
		nije koja koje ima sam to nakon svoje biti njegov još pri između svatko prema ako već ima pravo
		svako lice osoba`},
	{"hu", `a az és hogy nem is egy van meg ez de volt csak már ha vagy mint azt még el amely kell minden után ki lehet
		fel be sem majd ezt aki szerint nagyon le amelyek valamint nincs által illetve között akkor pedig
		embernek joga kap jog ennek annak`},
	{"fi", `ja on ei se että oli hän ovat mutta kun joka myös tai niin kuin jos ole sen hänen jotka voi mukaan ollut
		vain jo sekä joka jonka ne tämä tämän mitä jolla kanssa olla näin siitä ennen jokaisella oikeus
		kaikki sitä tulee en olisi itse eivät`},
	{"et", `ja on ei et oli ta see kui ka mis aga või ning kes oma siis nii selle pole mida välja olnud veel seda
		juba mitte ainult kuid pärast tema nende kõik iga inimesel õigus olla võib peab sest kas`},
	{"lv", `un ir no ar par uz ka kas tas pie vai bet arī tā kā lai nav pēc bija gan tikai viņa var to ja būt tiek
		savu šo līdz viņš kuru ikvienam tiesības cilvēkam nevar`},
	{"lt", `ir yra kad į iš su tai ne kaip bet buvo ar jo nuo apie prie už tik dar po per jau jis iki taip arba
		gali turi savo jų kuris būti žmogus teisę kiekvienas bei nėra`},
	{"tr", `bir ve bu da de için ile olarak çok olan en daha gibi sonra kadar ne ya o var ama ki ise her olduğu
		değil veya tarafından göre olduğunu kendi yok şey ancak biri diye nasıl hakkı herkes mi
		hiç bütün herkesin eder değildir`},
	{"az", `və bir bu ilə üçün də ki olan hər öz var nə ya amma daha çox kimi olaraq sonra edir deyil olduğu malikdir
		şəxs hüququ onun`},
	{"vi", `của và là có được trong cho không một các người những đã với này để khi từ đến theo về như cũng nhiều tại
		sẽ trên ông phải nhưng vào ra làm hay nếu mọi quyền bị thì sự nào đó`},
	{"id", `yang dan di dengan untuk tidak ini dari dalam akan pada itu juga adalah ke oleh ada bisa karena telah
		tersebut lebih sudah saat atau hanya seperti kepada bahwa mereka saya kami setiap orang berhak
		dapat tak menjadi sebagai hak semua harus`},
	{"tl", `ang ng sa na mga ay at ni si ito para kung hindi isang may siya niya ko mo rin din pa lang o nang
		kanyang nila upang bawat karapatan dapat lahat walang tao`},
	{"sw", `ya na wa kwa ni katika za la kuwa cha yake hiyo kama hii au ambayo mtu kila haki watu zake lakini pia
		wake vya huo hilo bila baada hayo`},
	{"eo", `la de kaj en estas al por ke ne kun el oni ĉiu sia li mi pri ĉi tiu rajtas havas aŭ per kiel
		sed tio ĝi ili devas estu ĉiuj`},
	{"eu", `eta da du ez bat dira ere baina egin zen hau izan dute dela ditu edo beste bere dago gizon
		orok eskubidea guztiek behar duen dituen`},
	{"ga", `an na agus a ar i is go le do ag tá bhí sé nach ní sin leis ach mar gan um iad é gach aon duine ceart
		chun atá nó chuig`},
	{"cy", `y yr a i o yn ar mae ei gan bod wedi am oedd eu fod hyn nid ond gyda hawl neu pob bawb sydd`},
	{"sq", `të e në dhe i për me një që nga se është u ka nuk si por më do kjo ai duke janë apo ose kush gjithë
		drejtë çdo mund ky kanë`},
	{"mt", `il li ta għal minn ma hu huwa jew għandha tal bl fl ikun fuq dan kull ħadd jew għandu dritt id is`},
	{"ru", `и в не на что я с он как это по но из у за от к его то все она так о для же бы мы вы был только при или
		еще ещё ее её их уже также до может если чтобы было были который когда даже ли во со они после быть года
		этого том кто чем которые нет будет этом человек каждый имеет право без при должен этот где`},
	{"uk", `і в не на що я з він як це по але із у за від до його то всі вона так про для же б ми ви був тільки при або
		ще її їх вже також може якщо щоб було були який коли навіть чи та й вони після бути року цього тому хто
		які ні буде кожна людина має право без повинен цей де зі`},
	{"be", `і ў не на што я з ён як гэта па але за ад да яго то усе яна так пра для б мы вы быў толькі пры або
		яшчэ яе іх ужо таксама можа калі каб было былі які нават ці яны пасля быць гэтага хто кожны
		чалавек мае права без у`},
	{"bg", `и в не на че се с той като това по но из за от към то са тя така или до да бе ще при ги си е
		само му й ни бил беше която който които още след има може ако когато със във всеки право
		както без човек трябва`},
	{"sr", `и у не на да се са од је који о што из до за као ће би те или али ли по може само био како све
		није која које има сам то након своје бити његов још при између свако према ако већ право лице су`},
	{"mk", `и во не на дека се со тој како тоа по но од за кон то сè тоа или до да ќе при ги си е
		само му нè бил беше која кој кои уште има може ако кога секој право без што`},
	{"kk", `және мен бұл да де үшін бір болып деп осы ол туралы бар әр құқығы адам немесе тиіс емес өз`},
	{"ar", `في من على أن إلى التي عن مع هذا الذي هو ما لا كان هذه بين كل أو لم وفي ولا قد له إن ذلك غير بعد أي شخص`},
	{"fa", `و در به از که این را با است برای آن یک خود تا بر هم نیز می باید کرد شده هر یا ها آنها او شود دارد حق کس`},
	{"ur", `کے کی میں کا اور ہے سے کو پر نے ہیں کہ یہ اس ایک بھی جو تھا وہ ہو گیا کر شخص حق`},
}

// tellingLetters lists letters that few languages use.
var tellingLetters = []struct{ letters, langs string }{
	{"ß", "de"}, {"ä", "de sv fi et sk"}, {"ö", "de sv fi et hu tr is az"}, {"ü", "de tr et hu az"},
	{"ñ", "es gl tl eu"}, {"¿¡", "es gl"}, {"ã", "pt vi"}, {"õ", "pt et vi"}, {"ç", "fr pt ca tr sq az"},
	{"œ", "fr la"}, {"êâî", "fr pt vi ro"}, {"èà", "fr it ca pt vi"}, {"ù", "fr it vi"},
	{"ë", "nl sq fr"}, {"å", "sv da no"}, {"æ", "da no is"}, {"ø", "da no"}, {"ðþ", "is"},
	{"ò", "it ca vi"}, {"ì", "it vi"}, {"ł", "pl"}, {"ąę", "pl lt"}, {"ćś", "pl hr"}, {"źż", "pl mt"}, {"ń", "pl"},
	{"řů", "cs"}, {"ě", "cs"}, {"ťď", "cs sk"}, {"ľĺŕ", "sk"}, {"ô", "sk fr pt vi"}, {"čšž", "cs sk sl hr lt lv et"},
	{"đ", "hr vi"}, {"őű", "hu"}, {"șț", "ro"}, {"şţ", "ro tr az"}, {"ă", "ro vi"}, {"ğı", "tr az"}, {"ə", "az"},
	{"āēīū", "lv"}, {"ķļņģ", "lv"}, {"ė", "lt"}, {"įųū", "lt"}, {"ĉĝĥĵŝŭ", "eo"}, {"ŵŷ", "cy"}, {"ħġċ", "mt"},
	{"ơư", "vi"}, {"ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "vi"},
	{"ыэ", "ru be kk"}, {"ё", "ru be"}, {"ъ", "bg ru"}, {"щ", "ru uk bg"}, {"ї", "uk"}, {"є", "uk"}, {"ґ", "uk"}, {"і", "uk be kk"},
	{"ў", "be"}, {"јљњџ", "sr mk"}, {"ђћ", "sr"}, {"ѓќѕ", "mk"}, {"әғқңөұүһ", "kk"},
	{"ةأإىؤئ", "ar"}, {"ي", "ar"}, {"ك", "ar"}, {"پچژگ", "fa ur"}, {"یک", "fa ur"}, {"ٹڈڑںےہھ", "ur"},
}

// families lists languages whose commonest words are nearly the same. To leave
// the choice between two of them open would hand them to a neighbour that is
// neither; so within a family the better guess stands, however close. The
// languages of our models are in none: they must stand out to be taken.
var families = []string{"da no", "cs sk", "hr sl", "sr mk bg", "tr az", "fi et"}

// maxWord is the room for a word in bytes: none of the list is longer.
const maxWord = 32

var (
	languages   []string               // by index in scores
	wordLangs   = map[string]langSet{} // word → languages that use it
	letterLangs = map[rune]langSet{}
	kin         []int // family of a language, by index; 0 is none
)

// langSet is a set of languages by index.
type langSet uint64

func init() {
	index := map[string]int{}
	for i, l := range commonWords {
		index[l.lang] = i
		languages = append(languages, l.lang)
		for _, w := range strings.Fields(l.words) {
			wordLangs[w] |= 1 << i
		}
	}
	kin = make([]int, len(languages))
	for i, f := range families {
		for _, l := range strings.Fields(f) {
			kin[index[l]] = i + 1
		}
	}
	for _, t := range tellingLetters {
		var set langSet
		for _, l := range strings.Fields(t.langs) {
			set |= 1 << index[l]
		}
		for _, r := range t.letters {
			if set != 0 {
				letterLangs[r] |= set
			}
		}
	}
}
