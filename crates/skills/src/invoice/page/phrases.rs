//! The phrases that label fields of invoices in English, German, French, Spanish, Italian, Dutch
//! and, for the main ones, Portuguese, Polish and the Nordic languages. Written as
//! [`plain_text`](super::label::plain_text) gives them: small, without accents, spaces and stops.

/// What a phrase labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The invoice's number.
    Number,
    /// The word "invoice", by which a number may follow.
    Title,
    /// The word "credit note".
    CreditTitle,
    /// Some other number.
    OtherNumber,
    /// The buyer's order number.
    Order,
    /// The day of issue.
    IssueDate,
    /// Just "date".
    AnyDate,
    /// The last day to pay.
    DueDate,
    /// Some other day.
    OtherDate,
    /// The total with VAT.
    Total,
    /// What is still to be paid.
    Due,
    /// The total without VAT.
    Net,
    /// VAT.
    Tax,
    /// What was paid.
    Paid,
    /// Some other amount.
    OtherAmount,
    /// Who asks for money.
    Seller,
    /// Who is asked.
    Buyer,
    /// Where it goes.
    Delivery,
    /// A VAT number.
    VatNumber,
    /// What the lines are about, as a column's head.
    Description,
    /// A quantity, as a column's head.
    Quantity,
    /// A price of one, as a column's head.
    Price,
    /// A discount, as a column's head.
    Discount,
    /// What a line comes to, as a column's head.
    LineTotal,
}

/// Phrases, parted by `|`, with what they label and how surely.
pub(super) const PHRASES: &[(Kind, f32, &str)] = &[
    (
        Kind::Number,
        1.0,
        "invoicenumber|invoiceno|invoicenum|invoicenr|invoice#|invoiceid|\
        invoiceref|invoicereference|invno|invnumber|inv#|taxinvoiceno|taxinvoicenumber|\
        taxinvoice#|numberofinvoice|billno|billnumber|bill#|creditnoteno|creditnotenumber|\
        creditnote#|creditmemono|creditmemonumber|creditmemo#|invoicecreditnoteno|\
        rechnungsnummer|rechnungsnr|rechnungnr|rechnungno|rechnung#|rechnungnummer|rgnr|renr|\
        rechnr|rechnungsno|belegnr|belegnummer|gutschriftnr|gutschriftsnr|gutschriftsnummer|\
        gutschrift#|rechnungskorrekturnr|rechnungskorrekturnummer|korrekturrechnungnr|\
        fakturanr|fakturanummer|fakturano|\
        factureno|facturen|facturenumero|numerofacture|numerodefacture|numerodelafacture|\
        nodefacture|nofacture|reffacture|facture#|facturenum|avoirno|avoirn|numerodavoir|\
        facturano|facturan|facturanumero|facturanum|facturanro|numerofactura|numerodefactura|\
        numfactura|nofactura|nrofactura|ndefactura|nodefactura|facturasimplificadan|\
        fatturan|fatturano|fatturanr|fatturanumero|numerofattura|nfattura|nofattura|nrfattura|\
        numerodocumento|ndocumento|nrdocumento|fatturanum|notadicreditonr|notadicreditono|\
        factuurnummer|factuurnr|factuurno|factuur#|nummerfactuur|creditnotanummer|\
        creditfactuurnummer|creditnotanr|notanummer|\
        numerodafatura|faturano|faturan|nofatura|nfatura|numerofatura|\
        fakturanumer|numerfaktury|nrfaktury|fakturavatnr|fakturavatno|fakturanro|\
        laskunnumero|laskunro|fakturanummer|fakturanrno",
    ),
    (
        Kind::Number,
        0.75,
        "documentno|documentnumber|documentnr|document#|docno|dokumentnummer|\
        dokumentnr|statementnumber|receiptno|receiptnumber|receipt#|quittungsnr|referenceno|\
        numerodudocument|numerodepiece|piecen|pieceno|documentonumero|documenton|\
        ticketno|buchungsbeleg",
    ),
    (Kind::Number, 0.35, "no|nr|number|nummer|numero|#|ref|reference|referenz|n|billreference"),
    (
        Kind::Title,
        0.6,
        "invoice|taxinvoice|vatinvoice|salesinvoice|proformainvoice|rechnung|\
        warenrechnung|kostenrechnung|beitragsrechnung|schlussrechnung|abschlagsrechnung|\
        facture|facturadevente|factura|fattura|factuur|fatura|faktura|fakturavat|lasku|bill|\
        retailinvoice|commercialinvoice",
    ),
    (
        Kind::CreditTitle,
        0.6,
        "creditnote|creditmemo|creditinvoice|gutschrift|rechnungskorrektur|\
        korrekturrechnung|stornorechnung|avoir|notedecredit|facturedavoir|notadecredito|\
        facturarectificativa|abono|notadicredito|notadiaccredito|creditnota|creditfactuur|\
        kreditnota|kreditfaktura|fakturakorygujaca",
    ),
    (
        Kind::Order,
        1.0,
        "purchaseorder|purchaseorderno|purchaseordernumber|ponumber|pono|po#|po|\
        yourorder|yourorderno|yourordernumber|customerorder|customerorderno|customerpo|\
        ordernumber|orderno|orderid|order#|ordernr|orderref|orderreference|bestellnr|\
        bestellnummer|ihrebestellnummer|ihrebestellung|bestellungnr|gemaessbestellungnr|\
        numerodecommande|nodecommande|commandeno|commanden|votrecommande|boncommande|\
        numerodepedido|pedidono|pedidon|suped|ordinen|ordineno|numeroordine|vsordine|\
        ordernummer|uworder|bestelnummer|inkoopordernummer",
    ),
    (
        Kind::OtherNumber,
        1.0,
        "customernumber|customerno|customerid|customer#|customernr|\
        customercode|accountnumber|accountno|accountid|account#|clientid|clientno|clientnumber|\
        memberid|deliverynote|deliverynoteno|shipmentno|trackingnumber|contractno|\
        contractnumber|projectno|quoteno|quotenumber|phone|tel|telephone|telefon|fax|mobile|\
        taxid|taxnumber|registrationno|companyno|companynumber|companyregistrationnumber|\
        bookingid|bookingno|transactionid|paymentreference|paymentid|\
        kundennummer|kundennr|kdnr|ihrenummer|ihrekundennummer|debitorennr|lieferantennr|\
        liefnr|lieferscheinnr|lieferscheinnummer|auftragsnummer|auftragsnr|auftragnr|\
        auftragnrlief|vertragsnr|vertragsnummer|steuernr|steuernummer|handelsreg|hrb|blz|\
        bankleitzahl|kontonr|kontonummer|kto|ktonr|projektnr|projektnummer|\
        ursprungsbelegnr|reklamationsnummer|artnr|artikelnr|artikelnummer|mandatsreferenz|\
        vsnr|versicherungsnummer|versicherungsscheinnr|versnr|\
        numeroclient|numerodeclient|noclient|nclient|codeclient|idclient|refclient|\
        numerodedossier|numerodeligne|numerodecompte|numerodecontrat|siret|siren|rcs|\
        numerocliente|ncliente|codcliente|codicecliente|codigocliente|numerodecliente|\
        codicefiscale|albaran|cif|nif|contrato|\
        klantnummer|klantnr|klant|debiteurnummer|kvk|kvknummer|rekeningnummer|serienummer|\
        pakbonnummer|contractnummer|offertenummer|\
        gln|gtin|ean|swift|bic|cin|pan|gstin|gstno|abn|acn",
    ),
    (
        Kind::IssueDate,
        1.0,
        "invoicedate|dateofinvoice|dateofissue|issuedate|dateissued|issuedon|\
        issued|invoiced|taxinvoicedate|billdate|billingdate|billedon|invoicedon|\
        dateofcreditnote|creditnotedate|dateofbill|documentdate|statementdate|\
        rechnungsdatum|rechnungdatum|rgdatum|redatum|datumderrechnung|belegdatum|fakturadatum|\
        ausstellungsdatum|gutschriftsdatum|gutschriftdatum|dokumentdatum|rechnungvom|\
        datefacture|datedefacture|datedelafacture|datedefacturation|datedemission|\
        dateemission|datedavoir|emisele|emisle|factureedu|facturedu|datedefact|\
        fechafactura|fechadefactura|fechadelafactura|fechadeemision|fechaemision|\
        fechadeexpedicion|fechaexpedicion|fechadefacturacion|\
        datafattura|datadellafattura|datadiemissione|dataemissione|datadocumento|deldocumento|\
        factuurdatum|datumfactuur|notadatum|datumvanuitgifte|uitgiftedatum|datefacturation|\
        datadafatura|datadeemissao|dataemissao|datafatura|datawystawienia|wystawionodnia|\
        fakturadato|fakturadag|laskunpaivays|datumfaktury",
    ),
    (Kind::AnyDate, 0.55, "date|datum|fecha|data|dato|dated|vom|le|du|dd|den|fechade"),
    (
        Kind::DueDate,
        1.0,
        "duedate|datedue|paymentdue|paymentduedate|dueby|dueon|due|payby|\
        payableby|pleasepayby|paymentdueby|amountdueon|totalamountdueon|balancedueby|\
        payonorbefore|lastdateforpayment|paymentdate|duedateofpayment|\
        faelligam|faellig|faelligkeit|faelligkeitsdatum|faelligkeitstag|\
        zahlbarbis|zahlungszielam|zahlungsziel|\
        zuzahlenbis|bitteueberweisensiebiszum|ueberweisensiebiszum|zahlenbiszum|biszum|\
        spaetestensam|zahlbarbiszum|nettobis|faelligbis|zahlungbis|faelligzum|\
        echeance|datedecheance|dateecheance|echeancele|datelimitedepaiement|apayeravantle|\
        aregleravantle|areglerle|datelimite|datedexigibilite|payableavantle|datedereglement|\
        fechadevencimiento|fechavencimiento|vencimiento|vence|fechalimitedepago|vencimientoel|\
        scadenza|datascadenza|datadiscadenza|scadenzapagamento|dapagareentroil|entroil|\
        vervaldatum|vervaldag|uiterstebetaaldatum|tebetalenvoor|betaaldatum|betalenvoor|\
        tevoldoenvoor|vervaltop|voldoenvoor|wirdam|datadevencimento|vencimento|terminplatnosci|\
        forfallsdato|foerfallodatum|foerfallodag|foerfaller|erapaeiva|forfaldsdato",
    ),
    (
        Kind::OtherDate,
        1.0,
        "orderdate|dateoforder|deliverydate|shipdate|shippingdate|\
        servicedate|dateofsupply|supplydate|taxpoint|printdate|printed|perioddate|period|\
        billingperiod|startdate|enddate|dateofbirth|checkin|checkout|\
        bestelldatum|auftragsdatum|auftragdatumlief|lieferdatum|leistungsdatum|\
        leistungszeitraum|lieferscheindatum|lieferung|druckdatum|vertragsdatum|zeitraum|\
        abrechnungszeitraum|bestellungvom|bestellung|auftragvom|gebdatum|eingangsdatum|\
        datedecommande|datecommande|datedelivraison|datedexpedition|datedeprestation|periode|\
        periodedu|prelevementapartirdu|fechadepedido|fechapedido|fechadeentrega|periodo|\
        dataordine|dataconsegna|datadiconsegna|orderdatum|besteldatum|leverdatum|\
        leveringsdatum|betaaldop|datasprzedazy|skontobis|skonto|discountuntil|betaald",
    ),
    (
        Kind::Total,
        1.0,
        "grandtotal|totalamountdue|totaldue|totalamount|invoicetotal|totalinvoice|\
        totalinvoicevalue|totalinvoiceamount|invoiceamount|totalincludingtax|totalincltax|\
        totalinclvat|totalincvat|totalincludingvat|totalincgst|totalinclgst|totalwithvat|\
        totalforthisinvoice|totalpayable|amountpayable|totalprice|totalpayment|totalcharges|\
        totalcost|grosstotal|totalgross|grossamount|totaltopay|totalcreditamount|\
        amountincludingvat|amountinclvat|totalusd|totaleur|totalgbp|totalchf|totalvalue|\
        gesamtbetrag|rechnungsbetrag|rechnungsbeitrag|endbetrag|rechnungsendbetrag|gesamtsumme|\
        endsumme|bruttobetrag|summebrutto|bruttosumme|gesamtbrutto|summeinklust|summeinklmwst|\
        gesamtbetraginklust|gesamtbetraginklmwst|gesamtbetragbrutto|rechnungssummebrutto|\
        rechnungssumme|rechnungsgesamtbetrag|gesamtpreis|totalbetrag|gesamtinklmwst|bruttosumme|\
        zuzahlenderbetrag|inklusivemwst|brutto|gesamteur|summeeur|gutschriftsbetrag|\
        totalttc|montantttc|montanttotalttc|totalgeneral|montanttotal|totalfacture|totalfactura|\
        totaltoutestaxescomprises|prixttc|montantdelafacture|totaleurttc|montanteurttc|\
        importetotal|totalfactura|totalconiva|totalivaincluido|totaleuros|totalimporte|\
        totalefattura|totaledocumento|totaleivato|totaleivainclusa|importototale|totaleeuro|\
        totaalinclbtw|totaalinclusiefbtw|totaalbedrag|factuurtotaal|totaalfactuur|factuurbedrag|\
        eindtotaal|bedraginclbtw|totaalinclusief|eindbedrag|totaalincl|\
        totalafacturar|totaldafatura|valortotal|wartoscbrutto|kwotabrutto|razembrutto|\
        totalttceneuros|attbetalasumma|totalinklmoms|ialt|summainklmoms|loppusumma|yhteensa",
    ),
    (
        Kind::Total,
        0.6,
        "total|totals|summe|totaal|totale|gesamt|totaux|suma|razem|totalt|\
        endbetraegein|somme|importe",
    ),
    (
        Kind::Due,
        0.9,
        "amountdue|balancedue|balance|amounttopay|topay|pleasepay|outstanding|\
        amountoutstanding|remainingbalance|payableamount|duetotal|nowdue|currentdue|\
        offenerbetrag|zahlbetrag|zuzahlen|restbetrag|nochzuzahlen|zahlungsbetrag|\
        forderungsbetrag|zahllast|netapayer|sommeapayer|totalapayer|resteapayer|montantapayer|\
        restearegler|netaregler|montantdu|soldedu|totalapagar|importeapagar|apagar|\
        importependiente|pendientedepago|liquidoapercibir|nettoapagare|totaledapagare|dapagare|\
        totaleapagare|saldo|importodapagare|tebetalen|totaaltebetalen|\
        nogtebetalen|openstaandbedrag|openstaand|tevoldoen|tebetalenbedrag|dozaplaty|\
        razemdozaplaty|pozostajedozaplaty|attbetala|tilbetaling|maksettava|valorapagar",
    ),
    (
        Kind::Net,
        1.0,
        "subtotal|netamount|nettotal|totalnet|netvalue|amountexclvat|totalexclvat|\
        totalexvat|totalexcltax|totalexcludingtax|totalexcludingvat|totalbeforetax|\
        amountbeforetax|taxableamount|taxablevalue|totalexgst|excludingvat|excludingtax|\
        taxableturnover|netpayable|nettotaleur|beforetax|totalwithouttax|untaxedamount|\
        nettobetrag|nettosumme|summenetto|netto|gesamtnetto|rechnungssummenetto|zwischensumme|\
        nettogesamt|nettowarenwert|gesamtbetragnetto|summeohnemwst|betragnetto|nettowert|\
        nettoentgelt|warenwertnetto|gesamtbeitrag|nettorechnungsbetrag|nettogesamtbetrag|\
        zwischensummenetto|rechnungsbetragnetto|steuerbasis|nettopreis|\
        totalht|montantht|montanttotalht|soustotal|soustotalht|baseht|totalhorstaxes|\
        montanthorstaxe|totalhteneuros|montanteurht|netht|totalnetht|\
        baseimponible|subtotaal|importeneto|totalsiniva|baseimp|totalbase|sumaimportes|\
        imponibile|totaleimponibile|totaleimponible|totalenetto|importonetto|nettoimponibile|\
        totaaleexclbtw|totaalexclbtw|totaalexclusiefbtw|exclusiefbtw|exclbtw|bedragexclbtw|\
        totaalexcl|nettobedrag|totaalexclusief|grondslag|subtotaalexclbtw|\
        valorliquido|wartoscnetto|razemnetto|kwotanetto|totaltexklmoms|exklmoms|subtotalexvat|\
        veroton",
    ),
    (
        Kind::Tax,
        0.95,
        "vat|salestax|tax|vatamount|totalvat|totaltax|taxamount|taxtotal|gst|hst|\
        pst|qst|cgst|sgst|igst|gstamount|vattotal|estimatedtax|statetax|localtax|addvat|plusvat|\
        mwst|ust|umsatzsteuer|mehrwertsteuer|zzglmwst|zzglust|zuzueglichmwst|zuzueglichust|\
        zuzueglichumsatzsteuer|zuzueglichmehrwertsteuer|summeumsatzsteuer|zzglumsatzsteuer|\
        zzglmehrwertsteuer|mwstbetrag|ustbetrag|ustgesamt|mwstgesamt|steuerbetrag|\
        versicherungsteuer|versicherungssteuer|enthaltenemwst|enthmwst|gesamtmwst|\
        umsatzsteuerbetrag|mehrwertsteuerbetrag|mwstsumme|summemwst|summeust|davonmwst|\
        steuerbasisbetragust|\
        tva|montanttva|totaltva|taxesurlavaleurajoutee|montantdelatva|donttva|\
        iva|cuotaiva|totaliva|importeiva|cuota|impuestos|totalimpuestos|igic|ivatotal|\
        imposta|totaleiva|importoiva|impostaiva|totaleimposta|ivaimporto|totaleimposte|\
        btw|btwbedrag|totaalbtw|bedragbtw|btwtotaal|omzetbelasting|\
        valoriva|totaldoiva|podatekvat|kwotavat|vatkwota|moms|momsbeloep|mva|alv|merverdiavgift",
    ),
    (
        Kind::Paid,
        1.0,
        "paid|amountpaid|paymentreceived|payments|lesspaid|deposit|depositpaid|\
        prepaid|prepayment|paymentsreceived|alreadypaid|previouspayments|creditsapplied|\
        bereitsbezahlt|anzahlung|bereitsgezahlt|geleisteteanzahlung|abzueglichanzahlung|\
        bezahlt|gezahlt|dejapaye|acompte|dejaregle|acompteverse|regle|montantregle|\
        pagado|anticipo|entregaacuenta|acconto|pagato|giapagato|reedsbetaald|aanbetaling|\
        voldaan|vooruitbetaald|zaplacono|betalt",
    ),
    (
        Kind::OtherAmount,
        1.0,
        "discount|totaldiscount|shipping|shippinghandling|handling|freight|\
        delivery|deliverycharge|postage|previousbalance|openingbalance|credits|creditamount|\
        rounding|latefee|tip|gratuity|surcharge|savings|yousave|interest|amountoverdue|\
        rabatt|skonto|versandkosten|fracht|frachtkosten|nachlass|sondernachlass|mahngebuehr|\
        artikelgesamtrabatt|bruttopreis|frachtbetrag|zuabschlag|frachtverpvers|skontosofort|\
        warenwert|porto|pfand|saeumniszuschlag|skontobetrag|basis|basisbetrag|\
        remise|escompte|fraisdeport|port|fraisdelivraison|indemniteforfaitaire|capital|\
        aucapitalde|penalite|penalites|descuento|portes|gastosdeenvio|transporte|retencion|\
        irpf|sconto|spedizione|spesedispedizione|bollo|ritenuta|ritenutadacconto|trasporto|\
        korting|verzendkosten|vrachtkosten|capitalesociale|capitalsocial|stammkapital|\
        rembours|afschrijvingskosten|rabat|wisselgeld|change|cash|tendered",
    ),
    (
        Kind::Seller,
        0.9,
        "soldby|seller|vendor|supplier|serviceprovider|from|issuedby|billedby|\
        remitto|invoicefrom|rechnungsersteller|lieferant|verkaeufer|rechnungssteller|absender|\
        leistungserbringer|rechnungsaussteller|vendeur|fournisseur|emetteur|prestataire|emisor|\
        proveedor|vendedor|datosdelemisor|cedente|cedenteprestatore|fornitore|mittente|\
        leverancier|verkoper|afzender|sprzedawca|wystawca|leverandoer|toimittaja|fornecedor|\
        emitente|accountholder|accountname|kontoinhaber|titulaireducompte|titulaire|titular|\
        beneficiary|beneficiaire|intestatario|intestato|tennamevan|tnv|rekeninghouder|payee|\
        makechecksandpaymentsto|makeallcheckspayableto|makecheckspayableto|zahlungsempfaenger",
    ),
    (
        Kind::Buyer,
        1.0,
        "billto|billedto|billtoaddress|invoiceto|invoicedto|billingaddress|\
        customer|client|soldto|buyer|attn|billingdetails|invoiceaddress|customerdetails|\
        customername|preparedfor|issuedto|recipient|guestname|clientname|billtoname|\
        rechnungsempfaenger|rechnungan|kaeufer|kunde|rechnungsadresse|rechnungsanschrift|\
        auftraggeber|leistungsempfaenger|empfaenger|versicherungsnehmer|anschrift|\
        facturea|acheteur|destinataire|adressedefacturation|nomdelabonne|adressea|\
        facturara|cliente|comprador|destinatario|datosdelcliente|datoscliente|clientea|\
        cessionario|cessionariocommittente|spettle|spett|intestataa|fatturatoa|committente|\
        factuuradres|factuuraan|afnemer|klantgegevens|factuurvoor|nabywca|odbiorca|kupujacy|\
        kund|koeper|asiakas|comprador",
    ),
    (
        Kind::Delivery,
        1.0,
        "shipto|shippingaddress|deliveryaddress|deliverto|shippedto|\
        lieferadresse|lieferanschrift|warenempfaenger|lieferanan|lieferungan|adressedelivraison|\
        livrea|adressedelinstallation|direcciondeenvio|direcciondeentrega|destinazione|\
        luogodiconsegna|afleveradres|afleveradresse|bezorgadres|leveradres|placeofsupply|\
        warehouseaddress",
    ),
    (
        Kind::VatNumber,
        1.0,
        "vatno|vatnumber|vatregno|vatreg|vatregistrationnumber|vatid|vattin|\
        vatregistration|ustid|ustidnr|ustidentnr|ustidno|uid|uidnr|umsatzsteueridnr|\
        umsatzsteueridentifikationsnummer|mwstnr|mwstnummer|numerotva|notva|tvaintra|\
        tvaintracommunautaire|numerodetva|nodetvaintracommunautaire|notvaintracommunautaire|\
        numerodetvaintracommunautaire|nif|cif|nifcif|cifnif|vatnif|partitaiva|piva|pivacf|\
        btwnummer|btwnr|btwid|uwbtwnummer|uwbtwnr|ihreustidnr|ihreustidentnr|yourvatnumber|\
        yourvatno|nip|servicetax#|servicetaxno|momsreg|orgnr|cvr",
    ),
    (
        Kind::Description,
        1.0,
        "description|item|items|product|service|details|detail|\
        particulars|itemdescription|descriptionofgoods|productdescription|title|article|\
        productname|beschreibung|bezeichnung|artikel|artikelbezeichnung|artikelbeschreibung|\
        leistung|produkt|text|position|leistungsbeschreibung|designation|libelle|prestation|\
        produit|descripcion|concepto|articulo|producto|detalle|descrizione|prodotto|\
        articolo|prestazione|descrizionebeni|omschrijving|artikelomschrijving|dienst|nazwa|\
        nazwatowaru|beskrivelse|beskrivning|benaemning|kuvaus|descricao",
    ),
    (
        Kind::Quantity,
        1.0,
        "quantity|qty|units|hours|hrs|qnty|qtyhrs|menge|anzahl|stk|stueck|\
        std|stunden|quantite|qte|nombre|nb|cantidad|cant|uds|unidades|quantita|qta|aantal|\
        hoeveelheid|stuks|aant|ilosc|antal|antall|maara|quantidade|qtd|mengmeinheit",
    ),
    (
        Kind::Price,
        1.0,
        "unitprice|price|rate|unitcost|priceperunit|cost|ratehr|priceunit|\
        einzelpreis|preis|epreis|stueckpreis|vkpreis|preiseinheit|einheitspreis|\
        prixunitaire|pu|puht|prixunit|prix|prixunitaireht|prixht|precio|preciounitario|\
        preciounidad|preciounit|prezzo|prezzounitario|przunit|prezzounit|stukprijs|prijs|\
        prijsperstuk|eenheidsprijs|tarief|cena|cenanetto|cenajedn|pris|apris|enhetspris|\
        stykpris|hinta|precounitario|prijsexbtw|listprice|mrp",
    ),
    (
        Kind::LineTotal,
        0.6,
        "amount|lineamount|linetotal|extendedprice|extended|extprice|\
        netprice|betrag|zeilenbetrag|entgelt|gesamtpreisnetto|montant|bedrag|importo|wartosc|\
        belopp|beloep|summa|kwota|valor|prijsinclbtw|nettowertzeile",
    ),
    (Kind::Discount, 1.0, "disc|disco|discpercent|rabatto|rabattprozent"),
];
