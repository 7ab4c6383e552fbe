// Emoji by their names in English and Korean: of each group, `sign names 이름들`, names divided by commas, the first one shown.

const GROUPS = {
  faces: `
😀 grinning,happy 활짝웃음,웃음|😃 smiley 기쁨|😄 smile 미소|😁 grin 씨익|😆 laughing,lol 깔깔|😅 sweat_smile 진땀,식은땀|🤣 rofl 데굴데굴|😂 joy,tears 눈물나게웃음,ㅋㅋ
🙂 slight_smile 살짝미소|🙃 upside_down 거꾸로|😉 wink 윙크|😊 blush 수줍음|😇 innocent,angel 천사|🥰 smiling_hearts 사랑스러움|😍 heart_eyes 반함|🤩 star_struck 감탄
😘 kiss 뽀뽀|😋 yum 맛있다|😛 tongue 메롱|🤪 zany 장난|🤗 hug 포옹|🤭 oops 어머|🤫 shush 쉿|🤔 thinking,hmm 생각,고민
🤐 zipper_mouth 비밀|🤨 raised_eyebrow 의심|😐 neutral 무표정|😑 expressionless 무념|😶 no_mouth 할말없음|😏 smirk 썩소|😒 unamused 시큰둥|🙄 eye_roll 어이없음
😬 grimacing 이악물기|😌 relieved 안심|😔 pensive 시무룩|😪 sleepy 졸림|😴 sleeping,zzz 잠|😷 mask 마스크|🤒 sick 아픔|🤕 hurt 다침
🤯 mind_blown 충격|🥳 party 파티,축하얼굴|😎 cool,sunglasses 선글라스,멋짐|🤓 nerd 공부벌레|😕 confused 혼란|😟 worried 걱정|🙁 frown 찡그림|😮 wow,open_mouth 놀람
😲 astonished 깜짝|😳 flushed 당황|🥺 pleading 부탁|😢 cry 눈물|😭 sob ㅠㅠ,엉엉|😱 scream 비명|😖 confounded 곤란|😞 disappointed 실망
😩 weary 지침|😫 tired 피곤|🥱 yawn 하품|😤 triumph 씩씩|😡 rage,angry 화남,분노|🤬 cursing 욕|💀 skull 해골|💩 poop 똥
🤡 clown 광대|👻 ghost 유령|👽 alien 외계인|🤖 robot 로봇`,
  people: `
👋 wave,hi 안녕,손흔들기|🤚 raised_hand 손들기|✋ hand,stop 멈춤|👌 ok_hand 오케이|✌️ victory,peace 브이|🤞 fingers_crossed 행운을빌어|🤟 love_you 사랑해손|🤘 rock 락
👈 point_left 왼쪽|👉 point_right 오른쪽|👆 point_up 위로|👇 point_down 아래로|👍 +1,thumbsup,yes 좋아요,추천|👎 -1,thumbsdown,no 싫어요,반대|✊ fist 주먹|👊 punch 펀치
👏 clap 박수|🙌 raised_hands,hooray 만세|👐 open_hands 두손|🤝 handshake,deal 악수|🙏 pray,please,thanks 감사,부탁드려요|💪 muscle,strong 힘,파이팅|👀 eyes,look 눈,보는중|🧠 brain 뇌
🙋 raising_hand 저요|🙆 ok_person 오케이사람|🙅 no_good 안돼|🤷 shrug 글쎄,으쓱|🤦 facepalm 이마짚기|🙇 bow,sorry 죄송,절|💁 tipping_hand 안내|🏃 run 달리기`,
  nature: `
🐶 dog 강아지,개|🐱 cat 고양이|🐭 mouse 쥐|🐹 hamster 햄스터|🐰 rabbit 토끼|🦊 fox 여우|🐻 bear 곰|🐼 panda 판다
🐯 tiger 호랑이|🦁 lion 사자|🐮 cow 소|🐷 pig 돼지|🐸 frog 개구리|🐵 monkey 원숭이|🙈 see_no_evil 안볼래|🐔 chicken 닭
🐧 penguin 펭귄|🐦 bird,swift 새|🦄 unicorn 유니콘|🐝 bee 벌|🐛 bug 벌레,버그|🦋 butterfly 나비|🐢 turtle 거북|🐍 snake 뱀
🐙 octopus 문어|🐳 whale 고래|🌸 cherry_blossom 벚꽃|🌹 rose 장미|🌻 sunflower 해바라기|🌱 seedling 새싹|🌲 tree 나무|🍀 clover,luck 네잎클로버,행운
🍁 maple 단풍|🌞 sun 해|🌙 moon 달|⭐ star 별|✨ sparkles 반짝|⚡ zap,lightning 번개|🔥 fire 불|🌈 rainbow 무지개
☁️ cloud 구름|🌧️ rain 비|❄️ snowflake 눈송이|⛄ snowman 눈사람|🌊 ocean,wave_water 파도`,
  food: `
🍎 apple 사과|🍌 banana 바나나|🍇 grapes 포도|🍓 strawberry 딸기|🍉 watermelon 수박|🍑 peach 복숭아|🥕 carrot 당근|🌽 corn 옥수수
🍞 bread 빵|🧀 cheese 치즈|🍗 chicken_leg 치킨|🍔 burger 햄버거|🍟 fries 감자튀김|🍕 pizza 피자|🌭 hotdog 핫도그|🥗 salad 샐러드
🍜 ramen,noodles 라면,국수|🍚 rice 밥|🍙 rice_ball 주먹밥,김밥|🍣 sushi 초밥|🍱 bento 도시락|🍛 curry 카레|🥟 dumpling 만두|🍲 stew 찌개
🍦 ice_cream 아이스크림|🍩 donut 도넛|🍪 cookie 쿠키|🎂 birthday,cake 생일,케이크|🍫 chocolate 초콜릿|☕ coffee 커피|🍵 tea 차|🥤 soda 음료
🍺 beer 맥주|🍻 cheers 건배|🍷 wine 와인|🍶 sake,soju 소주,술`,
  things: `
🎉 tada,celebrate 축하|🎊 confetti 색종이|🎁 gift 선물|🎈 balloon 풍선|🏆 trophy 우승|🥇 gold,first 금메달,일등|⚽ soccer 축구|⚾ baseball 야구
🏀 basketball 농구|🎮 game 게임|🎯 dart,target 과녁|🎵 music 음악|🎸 guitar 기타|🎬 movie 영화|📷 camera 사진|🎨 art 미술
🚀 rocket,ship 로켓,배포|✈️ airplane 비행기|🚗 car 자동차|🚌 bus 버스|🚇 subway 지하철|🚲 bike 자전거|🏠 home 집|🏢 office 회사
⏰ alarm 알람|⏳ hourglass,wait 기다림|📅 calendar 달력|📌 pin 고정|📎 paperclip 클립|✏️ pencil 연필|📝 memo 메모|📚 books 책
💡 idea 아이디어|🔍 search 돋보기|🔒 lock 잠금|🔑 key 열쇠|🔧 wrench,fix 수리|🔨 hammer 망치|⚙️ gear 설정|🧪 test 실험
💻 laptop 노트북|📱 phone 휴대폰|🔋 battery 배터리|📦 package 상자|📈 chart_up 상승|📉 chart_down 하락|📢 announce 공지|🔔 bell 알림
💰 money 돈|✉️ mail 편지|🗑️ trash 휴지통|🚨 siren 긴급|🚧 construction 공사중`,
  signs: `
❤️ heart,love 하트,사랑|🧡 orange_heart 주황하트|💛 yellow_heart 노란하트|💚 green_heart 초록하트|💙 blue_heart 파란하트|💜 purple_heart 보라하트|🖤 black_heart 검은하트|💔 broken_heart 이별
💯 100 백점|✅ check,done 완료,체크|☑️ ballot 선택|❌ x,wrong 틀림,엑스|⭕ o,circle 동그라미|❓ question 물음표|❗ exclamation 느낌표|⚠️ warning 경고,주의
🚫 prohibited 금지|➕ plus 더하기|➖ minus 빼기|🔴 red 빨강|🟠 orange_circle 주황|🟡 yellow 노랑|🟢 green 초록|🔵 blue 파랑
⬆️ up 위|⬇️ down 아래|⬅️ left 왼|➡️ right 오른|🔄 refresh 새로고침|🆕 new 새것|🆗 ok 확인|🏁 finish 끝
🇰🇷 kr,korea 한국,태극기|🇺🇸 us 미국|🇯🇵 jp,japan 일본|🇨🇳 cn,china 중국|🇩🇪 de,germany 독일|🏳️‍🌈 pride 무지개깃발`,
};

function parse(text) {
  return text.trim().split(/[|\n]/u).map((entry) => {
    const [sign, en, ko] = entry.split(" ");
    return { sign, en: en.split(","), ko: ko.split(",") };
  });
}

export const emojiGroups = Object.fromEntries(Object.entries(GROUPS).map(([name, text]) => [name, parse(text)]));
const all = Object.values(emojiGroups).flat();
const namesOf = ({ en, ko }) => [...en, ...ko];

/** First those whose name begins with the words, then those whose name contains them. */
export function findEmoji(query) {
  const wanted = query.toLowerCase().normalize("NFC").replaceAll(" ", "_");
  const rank = (entry) => Math.min(...namesOf(entry).map((name) => [name === wanted, name.startsWith(wanted), name.includes(wanted), true].indexOf(true)));
  return all.map((entry) => [rank(entry), entry]).filter(([place]) => place < 3).sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

/** The emoji with exactly this name. */
export const emojiNamed = (name) => all.find((entry) => namesOf(entry).includes(name.toLowerCase().normalize("NFC")))?.sign;
