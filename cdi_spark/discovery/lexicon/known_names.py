"""Names of people and words of addresses, enough of each language to recognise a column without a header."""

from __future__ import annotations

from functools import cache
from typing import Final

from cdi_spark.discovery.lexicon.vocabulary import fold, word_set
from cdi_spark.standardise.values.nicknames import nickname_roots

# Frequent given names of the 20th and 21st centuries by language, folded; English ones are the nickname list's.
_GIVEN: Final = word_set(
    """
emma olivia ava mia amelia harper liam noah ethan logan mason aiden jayden lucas jackson aaron adam aisha
alicia amber ashley brandon brittany bradley caitlin callum cameron chelsea chloe connor courtney craig darren
dean declan dylan ella ellie erin ewan finlay gareth gavin georgia grace hayley holly imogen isla jade jodie
jordan kayla keira kelly kieran kirsty kyle lachlan lauren leah luke madison maisie megan mitchell molly
natalie nicole niamh phoebe poppy rhys ryan sam sean shannon shaun sienna sophie stacey taylor tyler wayne zoe
hans peter wolfgang klaus juergen jurgen dieter manfred uwe guenter gunter gerhard horst helmut heinz bernd
rainer werner frank thomas andreas stefan markus matthias torsten thorsten sven jan lars kai tim felix lukas
leon finn jonas maximilian paul elias ursula monika petra sabine renate helga karin brigitte ingrid erika
christa gisela heike susanne gabriele angelika claudia anke silke katrin kathrin birgit ute anja sandra julia
lena lea hannah marie jana katharina johanna greta heidi hildegard gertrud elfriede waltraud friedrich karl
heinrich otto ernst fritz kurt jean pierre michel andre philippe rene louis alain jacques bernard marcel
daniel roger robert claude henri christian nicolas francois olivier laurent sebastien julien guillaume antoine
thierry pascal patrice luc hugo theo jules mathieu maxime marie jeanne francoise monique catherine nathalie
isabelle jacqueline anne sylvie martine madeleine nicole suzanne helene christine sophie celine aurelie
camille manon chloe lea brigitte chantal veronique dominique antonio jose manuel francisco juan david javier
carlos jesus alejandro miguel rafael pedro pablo angel sergio fernando jorge luis alberto alvaro diego adrian
raul enrique ramon vicente ruben maria carmen ana isabel dolores pilar teresa rosa cristina josefa angeles
laura antonia elena lucia marta mercedes luisa concepcion rosario silvia beatriz sofia valentina ximena
santiago mateo joaquin ignacio gonzalo hector esteban guadalupe yolanda susana giuseppe giovanni mario luigi
francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio aldo sergio
luciano andrea marco matteo alessandro lorenzo davide stefano roberto simone federico giulia giuseppina rosa
angela giovanna teresa lucia carmela caterina francesca antonietta carla elisabetta chiara sara martina
alessia federica elisa silvia paola daniela valeria serena ilaria giorgia johannes jan cornelis hendrik willem
pieter gerrit jacobus dirk jeroen bas sander maarten thijs daan sem bram ruben joost wouter koen niels rik tom
johanna cornelia wilhelmina elisabeth margaretha anna geertruida sanne lotte femke anouk fleur iris roos lieke
marieke ingrid saskia esther miriam monique jan andrzej piotr krzysztof stanislaw tomasz pawel jozef marcin
marek michal grzegorz jerzy tadeusz adam lukasz zbigniew ryszard dariusz henryk mariusz kazimierz wojciech
robert mateusz marian rafal jacek janusz jakub kamil anna maria katarzyna malgorzata agnieszka krystyna
barbara ewa elzbieta zofia janina teresa joanna magdalena monika jadwiga danuta irena halina helena beata
aleksandra marta dorota marianna grazyna jolanta iwona karolina natalia jiri josef pavel jaroslav miroslav
zdenek vaclav karel petr jana eva hana lenka katerina vera alena lucie tereza lars anders karl johan erik per
nils lennart emil gustav oscar bjorn magnus mikael maria anna margareta elisabeth eva kristina birgitta karin
ingegerd sven ole knut kari inger astrid sigrid jens niels soren mette kirsten hanne juha timo matti kari
mikko jari antti maria anneli johanna marjatta joao antonio manuel carlos paulo pedro luiz luis lucas gabriel
rafael daniel marcelo bruno rodrigo fernando gustavo eduardo tiago miguel ana maria francisca antonia adriana
juliana marcia fernanda patricia aline sandra camila amanda bruna jessica leticia beatriz larissa raquel ines
catarina alexander dmitri dmitry sergei sergey andrei andrey alexei vladimir ivan nikolai mikhail yuri olga
elena tatiana natalia irina svetlana ekaterina anastasia galina oksana oleksandr volodymyr mykola iryna mehmet
mustafa ahmet ali huseyin hasan ibrahim ismail osman yusuf murat fatma ayse emine hatice zeynep elif meryem
mohammed muhammad mohamed ahmed omar youssef khalid hassan fatima aisha khadija zainab maryam layla nour amina
priya rahul amit sanjay rajesh sunita anita deepak vijay arjun ravi anil suresh neha pooja kavita ananya rohan
wei li wang zhang jing min hui yan ming hong jun lei yang hiroshi takashi yuki kenji akira haruto sakura yui
nguyen minh linh thi anh hoa kwame kofi ama chinedu ngozi oluwaseun adebayo thabo sipho nomsa gyorgy laszlo
istvan ferenc zoltan katalin ilona erzsebet ion gheorghe vasile mihai ioana mihaela georgios dimitrios
konstantinos ioannis nikolaos eleni maria vasiliki aikaterini joshua madeleine harrison benjamin isabella
charlotte caleb hamish joel riley bailey jacob zachary lachlan
"""
)

_FAMILY: Final = word_set(
    """
smith jones taylor brown williams wilson johnson davies patel wright walker white thompson roberts green hall
wood harris clark jackson turner hill cooper ward moore morris king watson baker harrison morgan young allen
mitchell james anderson phillips lee bell parker davis bennett miller cook shaw cox richardson carter collins
ellis murphy garcia rodriguez martinez hernandez lopez gonzalez perez sanchez ramirez torres flores rivera
gomez diaz reyes fernandez moreno jimenez munoz alvarez romero alonso gutierrez navarro dominguez vazquez
ramos gil serrano blanco mueller muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann
schaefer koch bauer richter klein wolf schroeder neumann schwarz zimmermann braun krueger hofmann hartmann
lange schmitt werner krause lehmann maier martin bernard dubois thomas robert petit durand leroy moreau simon
laurent lefebvre michel bertrand roux vincent fournier morel girard andre lefevre mercier dupont lambert
bonnet francois martinez rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo
conti deluca costa giordano mancini rizzo lombardi moretti barbieri fontana santoro mariani rinaldi jong
jansen vries berg bakker dijk visser smit meijer boer mulder groot bos vos peters hendriks leeuwen dekker
nowak kowalski wisniewski wojcik kowalczyk kaminski lewandowski zielinski szymanski wozniak dabrowski
kozlowski jankowski mazur kwiatkowski krawczyk kaczmarek piotrowski grabowski novak svoboda novotny dvorak
cerny prochazka horvath kovacs nagy szabo toth varga popescu ionescu andersson johansson karlsson nilsson
eriksson larsson olsson persson svensson hansen johansen olsen larsen jensen nielsen pedersen andersen
christensen korhonen virtanen makinen silva santos oliveira souza pereira ferreira almeida carvalho ribeiro
rodrigues alves lima gomes martins costa ivanov petrov smirnov kuznetsov popov sokolov yilmaz kaya demir sahin
celik papadopoulos singh kumar sharma khan ahmed ali hussain begum wang li zhang chen liu yang huang zhao kim
park lee choi nguyen tran le pham sato suzuki takahashi tanaka watanabe cohen levi okafor mensah dlamini
campbell stewart robertson macdonald murray kelly obrien oneill ryan walsh byrne nguyen ryan white clarke webb
"""
)
_FAMILY_ENDINGS: Final = (
    "son", "sen", "sson", "ski", "ska", "sky", "wicz", "czyk", "ez", "ini", "etti", "ucci", "mann", "berger", "stein",
    "bauer", "meier", "meyer", "ova", "ov", "ev", "enko", "ian", "yan", "oglu", "opoulos", "idis", "escu",
    "ssen", "inen", "stra", "sma", "feld", "hoff", "burg", "ault", "eau", "man", "ley", "ton", "field", "worth",
)  # fmt: skip

STREET_WORDS: Final = word_set(
    """
street st road rd avenue ave av lane ln drive dr close court ct crescent cres place pl terrace tce square sq
way grove gardens park hill row walk mews boulevard blvd highway hwy parkway pkwy circle cir circuit cct
parade pde trail run loop pike plaza alley green rise view strasse str weg platz allee gasse ring damm ufer
chaussee rue bd boulevard chemin impasse quai cours allee route faubourg passage sentier calle avenida avda c
plaza paseo camino carretera ronda glorieta via viale corso piazza vicolo largo strada contrada straat laan
plein gracht kade weg dreef singel ulica ul aleja al plac os osiedle rua avenida travessa praca largo estrada
ulice namesti trida gata gatan vagen vag vej gade alle vegen veien gate katu tie utca ut ter box bulevardul
strada odos ulitsa prospekt cadde sokak mahallesi
"""
)
_STREET_ENDINGS: Final = (
    "strasse", "straße", "str", "str.", "weg", "platz", "allee", "gasse", "damm", "straat", "laan", "plein", "gracht",
    "kade", "gatan", "vagen", "vägen", "vej", "gade", "katu", "tie", "utca", "veien", "vegen", "ring", "ufer", "steig",
)  # fmt: skip
COMPANY_WORDS: Final = word_set(
    """
ltd limited inc incorporated llc llp plc corp corporation co company gmbh ag kg ohg ug mbh kgaa ev sa sas sarl
eurl snc sl slu srl spa sapa bv nv vof zoo spzoo sp as ab oy oyj aps ans se kft zrt nyrt sro doo pty group
holding holdings partners sons associates consulting solutions services systems technologies bank industries
"""
)
JOB_WORDS: Final = word_set(
    """
engineer teacher manager director developer analyst nurse doctor officer assistant accountant designer
consultant administrator technician driver clerk lawyer architect scientist professor engineer painter
politician writer actor poet composer musician journalist painter player secretary executive student retired
chef waiter salesman editor ingenieur lehrer lehrerin arzt verkaufer kaufmann schuler rentner leiter
ingenieurin enseignant infirmier infirmiere avocat comptable medecin profesor profesora abogado medico
enfermero insegnante avvocato leraar verpleegkundige nauczyciel lekarz kierowca inzynier librarian surveyor
therapist planner buyer programmer adviser
"""
)


@cache
def given_names() -> frozenset[str]:
    """Given names, folded."""
    return _GIVEN | nickname_roots().keys()


def looks_like_family_name(word: str) -> bool:
    """Whether a folded word is a frequent family name or ends as they do."""
    return word in _FAMILY or (len(word) > 4 and word.endswith(_FAMILY_ENDINGS))


def has_street_word(line: str) -> bool:
    """Whether a line speaks of a street, road, Straße, rue, via, …."""
    words = fold(line).split()
    return any(w in STREET_WORDS or (len(w) > 5 and w.endswith(_STREET_ENDINGS)) for w in words)


@cache
def city_names() -> frozenset[str]:
    """Names of cities, folded, from the places of dialling codes in the phonenumbers package.

    Takes a second to load; asked only where nothing else tells what a column of words holds.
    """
    from phonenumbers.geodata import GEOCODE_DATA

    places = {name.partition(",")[0] for names in GEOCODE_DATA.values() for name in names.values()}
    return frozenset(place.lower() if place.isascii() else fold(place) for place in places)
