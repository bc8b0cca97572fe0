#include "tests/simulator/names.h"

namespace tilts::simulator {
namespace {

constexpr std::string_view male_names[] = {
    "Jānis",     "Andris",     "Juris",          "Edgars",    "Māris",  "Aivars",    "Mārtiņš",  "Aleksandrs",
    "Pēteris",   "Valdis",     "Ivars",          "Artūrs",    "Guntis", "Kaspars",   "Raimonds", "Ainārs",
    "Uldis",     "Gatis",      "Ģirts",          "Ēriks",     "Imants", "Jēkabs",    "Kārlis",   "Ļevs",
    "Krišjānis", "Ņikita",     "Roberts",        "Rūdolfs",   "Toms",   "Voldemārs", "Zigurds",  "Žanis",
    "Oļegs",     "Vjačeslavs", "Ādams",          "Čārlijs",   "Šimons", "Ķencis",    "Īzaks",    "Ūdo",
    "Gustavs",   "Emīls",      "Jēkabs Miķelis", "Kārlis Ōto"};

constexpr std::string_view female_names[] = {
    "Anna",   "Kristīne", "Inese",   "Inga",    "Ilze",    "Līga",   "Dace",           "Marija",
    "Iveta",  "Sandra",   "Jeļena",  "Santa",   "Laura",   "Ļubova", "Ņina",           "Baiba",
    "Zane",   "Ieva",     "Agnese",  "Evija",   "Mārīte",  "Vēsma",  "Skaidrīte",      "Ērika",
    "Žanna",  "Ģertrūde", "Ķērsta",  "Šarlote", "Čārlote", "Ārija",  "Ināra",          "Ūla",
    "Austra", "Zigrīda",  "Emīlija", "Sofija",  "Paula",   "Elīza",  "Anna Elizabete", "Marta Ģertrūde",
    "Olga",   "Tatjana"};

constexpr Surname latvian_surnames[] = {{"Bērziņš", "Bērziņa"},
                                        {"Kalniņš", "Kalniņa"},
                                        {"Ozoliņš", "Ozoliņa"},
                                        {"Jansons", "Jansone"},
                                        {"Ozols", "Ozola"},
                                        {"Liepiņš", "Liepiņa"},
                                        {"Krūmiņš", "Krūmiņa"},
                                        {"Balodis", "Balode"},
                                        {"Eglītis", "Eglīte"},
                                        {"Zariņš", "Zariņa"},
                                        {"Pētersons", "Pētersone"},
                                        {"Vītols", "Vītola"},
                                        {"Kļaviņš", "Kļaviņa"},
                                        {"Kārkliņš", "Kārkliņa"},
                                        {"Vanags", "Vanaga"},
                                        {"Ķirsis", "Ķirse"},
                                        {"Ģērmanis", "Ģērmane"},
                                        {"Ņikiforovs", "Ņikiforova"},
                                        {"Ļaudams", "Ļaudama"},
                                        {"Šķēle", "Šķēle"},
                                        {"Žagars", "Žagare"},
                                        {"Čakste", "Čakste"},
                                        {"Āboliņš", "Āboliņa"},
                                        {"Ērglis", "Ērgle"},
                                        {"Īvāns", "Īvāne"},
                                        {"Ūdris", "Ūdre"},
                                        {"Ķēniņš", "Ķēniņa"},
                                        {"Dūmiņš", "Dūmiņa"},
                                        {"Strautiņš", "Strautiņa"},
                                        {"Grīnbergs", "Grīnberga"},
                                        {"Rozenbergs", "Rozenberga"},
                                        {"Skujenieks", "Skujeniece"},
                                        {"Puriņš", "Puriņa"},
                                        {"Siliņš", "Siliņa"},
                                        {"Vīksna", "Vīksna"},
                                        {"Mežģis", "Mežģe"},
                                        {"Ivanovs", "Ivanova"},
                                        {"Vasiļjevs", "Vasiļjeva"},
                                        {"Kuzņecovs", "Kuzņecova"},
                                        {"Petrovs", "Petrova"},
                                        {"Smirnovs", "Smirnova"},
                                        {"Jakovļevs", "Jakovļeva"},
                                        {"Kazlauskis", "Kazlauska"},
                                        {"Stankēvičs", "Stankēviča"},
                                        {"Lukaševičs", "Lukaševiča"},
                                        {"Gŗīnšteins", "Gŗīnšteina"},
                                        {"Ōsiņš", "Ōsiņa"},
                                        {"Mūrnieks", "Mūrniece"},
                                        {"Priedītis", "Priedīte"},
                                        {"Dzenītis", "Dzenīte"},
                                        {"Šķērsstraumnieks", "Šķērsstraumniece"},
                                        {"Ķemermuižnieks", "Ķemermuižniece"}};

constexpr ForeignName others[] = {{{"Jean-Baptiste", "Éloïse"}, "de La Fontaine-Châtillon"},
                                  {{"Søren", "Bjørk"}, "Kjærgaard"},
                                  {{"Văn Hùng", "Ngọc Ánh"}, "Nguyễn"},
                                  {{"Łukasz", "Małgorzata"}, "Wiśniewski"},
                                  {{"Şükrü", "Gülşen"}, "Çağlayan"},
                                  {{"Ștefan", "Ioana"}, "Țurcanu"},
                                  {{"Seán", "Siobhán"}, "O'Donoghue"},
                                  {{"José María", "María José"}, "Núñez y Ibáñez"},
                                  {{"Jürgen", "Käthe"}, "Groß"},
                                  {{"Mohammed", "Fatima"}, "Al-Rashid"},
                                  {{"Þór", "Guðrún"}, "Ægisson"},
                                  {{"Li", "Xiǎo"}, "Wu"}};

constexpr std::string_view street_names[] = {"Liepu iela",
                                             "Ozolu iela",
                                             "Brīvības iela",
                                             "Skolas iela",
                                             "Dārza iela",
                                             "Ķieģeļu iela",
                                             "Ģertrūdes iela",
                                             "Ļaudonas iela",
                                             "Ņirzas iela",
                                             "Čiekurkalna 1. šķērslīnija",
                                             "Šķūņu iela",
                                             "Žagatu iela",
                                             "Ūdens iela",
                                             "Ēveles iela",
                                             "Īslīces iela",
                                             "Āgenskalna iela",
                                             "Krišjāņa Barona iela",
                                             "Jūras prospekts",
                                             "Mežaparka aleja",
                                             "Raiņa bulvāris",
                                             "Lielā iela",
                                             "Tērbatas iela",
                                             "Aiviekstes iela",
                                             "Pļavu iela",
                                             "Rīta iela"};

}  // namespace

std::span<const std::string_view> given_names(Sex sex) {
  return sex == Sex::male ? std::span<const std::string_view>(male_names)
                          : std::span<const std::string_view>(female_names);
}

std::span<const Surname> surnames() { return latvian_surnames; }
std::span<const ForeignName> foreign_names() { return others; }
std::span<const std::string_view> streets() { return street_names; }

}  // namespace tilts::simulator
