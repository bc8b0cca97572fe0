// What soapcpp2 makes a gSOAP peer of: StartTransaction, with WS-Addressing 1.0 and WS-Security.
#import "soap12.h"
#import "wsa5.h"
#import "wsse.h"

//gsoap r service name: RequestService
//gsoap r service location: https://registry.test/population
//gsoap r service style: document
//gsoap r service encoding: literal
//gsoap r schema namespace: http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0
//gsoap r schema form: qualified

//gsoap r service method-action: StartTransaction http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/StartTransaction
int r__StartTransaction(char* r__eServiceID, struct r__StartTransactionResponse { char* r__StartTransactionResult; } *answer);
